using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Postern.Tests.SameNumbers;

/// <summary>
/// A cell's folder reduced to the hashes of what it says about numbers: times, rates, machines and versions are left out, and so
/// are fields that are not named here, so that a record may gain some. Files are read by their format alone, not by the library.
/// </summary>
internal static class CellNumbers
{
    private static readonly string[] CellFields =
    [
        "id", "seed", "pretraining", "trained_by", "train_fingerprint", "test_fingerprint", "train_count", "test_count",
        "class_names", "target_class", "trigger_sha256",
    ];

    private static readonly string[] ResultFields =
    [
        "id", "model", "attack", "defence", "dataset", "seed", "acc", "acc_low", "acc_high", "acc_correct", "acc_total",
        "asr", "asr_low", "asr_high", "asr_hits", "asr_total", "ra", "ra_low", "ra_high", "ra_correct", "ra_total",
        "per_class_correct", "per_class_total", "per_class_asr_hits", "per_class_asr_total", "triggered_confusion",
        "ema_acc", "ema_asr", "ema_acc_correct", "ema_asr_hits", "ema_ra_correct", "poisoned", "covers",
        "requested_poisons", "requested_covers", "parameters", "epochs", "final_loss", "trained_by",
    ];

    private static readonly string[] DetectionFields = ["threshold", "few_raise", "clean", "triggered"];

    private static readonly string[] MetricsFields = ["epoch", "step", "loss", "lr", "acc", "asr", "ra"];

    private static readonly string[] PlanFields =
    [
        "poisoned", "poisoned_true_labels", "poisoned_labels", "covers", "cover_labels", "poison_label",
        "requested_poisons", "requested_covers",
    ];

    /// <summary>A hash by the name of what it is of; a file that is not there has none.</summary>
    public static SortedDictionary<string, string> Of(string folder)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add("cell", "cell.json", path => Description(Json(path)));
        Add("result", "result.json", path => Result(Json(path)));
        Add("plan", "plan.json", path => Fields(Json(path), PlanFields));
        Add("metrics", "metrics.jsonl", path => string.Concat(File.ReadLines(path).Select(l => Fields(Parse(l), MetricsFields))));
        AddBytes("weights", "last.safetensors", Tensors);
        AddBytes("average", "ema.safetensors", Tensors);
        AddBytes("preview", "preview.png", File.ReadAllBytes);
        return hashes;

        void Add(string name, string file, Func<string, string> text) =>
            AddBytes(name, file, path => Encoding.UTF8.GetBytes(text(path)));

        void AddBytes(string name, string file, Func<string, byte[]> content)
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path)) hashes[name] = Convert.ToHexStringLower(SHA256.HashData(content(path)));
        }
    }

    /// <summary>A hash for each file of tensors in a folder, such as what a learned attack keeps.</summary>
    public static SortedDictionary<string, string> OfTensorFiles(string folder) => new(
        Directory.EnumerateFiles(folder, "*.safetensors")
            .ToDictionary(f => Path.GetFileName(f), f => Convert.ToHexStringLower(SHA256.HashData(Tensors(f)))),
        StringComparer.Ordinal);

    /// <summary>What the cell stands on, with what was measured on the parts of a learned attack.</summary>
    private static string Description(JsonElement cell) => Fields(cell, CellFields)
        + string.Concat(cell.GetProperty("acceptance").EnumerateArray().Select(check => Fields(check, ["value", "limit"])));

    private static string Result(JsonElement result) => Fields(result, ResultFields)
        + (result.TryGetProperty("detection", out JsonElement found) && found.ValueKind == JsonValueKind.Object
            ? Fields(found, DetectionFields) : "");

    /// <summary>A line for each field that is there and says something.</summary>
    private static string Fields(JsonElement record, IEnumerable<string> names) => string.Concat(names
        .Where(n => record.TryGetProperty(n, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
        .Select(n => $"{n}={JsonSerializer.Serialize(record.GetProperty(n))}\n"));

    private static JsonElement Json(string path) => Parse(File.ReadAllText(path));

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Name, type, shape and bytes of each tensor of a safetensors file, by name; its metadata do not count.</summary>
    private static byte[] Tensors(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int header = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        JsonElement described = Parse(Encoding.UTF8.GetString(file, 8, header));
        using var content = new MemoryStream();
        foreach (JsonProperty tensor in described.EnumerateObject().OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            if (tensor.Name == "__metadata__") continue;
            JsonElement about = tensor.Value;
            content.Write(Encoding.UTF8.GetBytes($"{tensor.Name} {about.GetProperty("dtype")} {about.GetProperty("shape")}\n"));
            int[] ends = [.. about.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32())];
            content.Write(file.AsSpan(8 + header + ends[0], ends[1] - ends[0]));
        }
        return content.ToArray();
    }
}
