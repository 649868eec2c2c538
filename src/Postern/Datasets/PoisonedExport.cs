using System.Globalization;
using System.Text.Json;

namespace Postern.Datasets;

/// <summary>
/// What <c>postern poison</c> left in <c>poison.json</c> beside a set that it wrote. Whoever opens such a set should know that it
/// is not clean.
/// </summary>
/// <param name="Attack">Name of the attack.</param>
/// <param name="Dataset">Name of the dataset that was poisoned.</param>
/// <param name="PictureSize">Side of its pictures.</param>
/// <param name="Poisoned">Pictures of the training split that carry its trigger; null where that split was not written.</param>
internal sealed record PoisonedExport(string Attack, string Dataset, int PictureSize, int? Poisoned)
{
    /// <summary>The target class.</summary>
    internal int? TargetClass { get; init; }

    /// <summary>Name of the record.</summary>
    internal const string Record = "poison.json";

    /// <summary>Name of the list of classes: folder, number and name of each.</summary>
    internal const string Classes = "classes.txt";

    private const long LargestRecord = 256 << 20;

    /// <summary>What is recorded in <paramref name="folder"/>; null where there is no such record.</summary>
    internal static PoisonedExport? Find(FileTree tree, string folder)
    {
        string file = FolderListing.Join(folder, Record);
        if (!tree.Contains(file) || tree.LengthOf(file) > LargestRecord) return null;
        try
        {
            using var document = JsonDocument.Parse(tree.Read(file));
            JsonElement root = document.RootElement;
            string attack = root.GetProperty("attack").GetProperty("name").GetString() ?? "";
            string dataset = root.GetProperty("dataset").GetString() ?? "";
            int? poisoned = root.GetProperty("plan") is { ValueKind: JsonValueKind.Object } plan
                ? plan.GetProperty("poisoned").GetArrayLength() + plan.GetProperty("covers").GetArrayLength() : null;
            return new PoisonedExport(attack, dataset, root.GetProperty("picture_size").GetInt32(), poisoned)
            {
                TargetClass = root.TryGetProperty("target_class", out JsonElement target)
                    && target.ValueKind == JsonValueKind.Number
                    ? target.GetInt32() : null,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Another program's file of that name.
            return null;
        }
    }

    /// <summary>What is recorded beside the files at <paramref name="path"/>; null where nothing is.</summary>
    internal static PoisonedExport? At(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".zip" or ".gz" or ".tgz") return null;
        string? folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is null) return null;
        using var tree = new FolderTree(folder);
        return Find(tree, "");
    }

    /// <summary>One sentence for the user.</summary>
    internal string Note
    {
        get
        {
            string trained = Poisoned is int count
                ? string.Create(CultureInfo.InvariantCulture, $", {count} training pictures carry its trigger") : "";
            return $"this set was written by 'postern poison' and is not clean: {Attack} on {Dataset}{trained}";
        }
    }
}
