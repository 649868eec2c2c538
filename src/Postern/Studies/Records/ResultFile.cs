using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Evaluation;

namespace Postern.Studies;

/// <summary>
/// Reads <c>result.json</c>, also where it was written before measurements were a list and has the flat numbers only.
/// </summary>
internal static class ResultFile
{
    private const string Measurements = "measurements";

    private static ReadOnlySpan<byte> Lists => "\"measurements\":"u8;

    // What other versions of .NET print of the last digits.
    private const double Tolerance = 1e-9;

    /// <summary>Reads <paramref name="path"/>; null where there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="defence">
    /// The options of the cell's defence: an old file does not say what the test pictures went through.
    /// </param>
    /// <exception cref="InputException">The content is damaged.</exception>
    public static CellResult? Read(string path, IReadOnlyDictionary<string, string> defence)
    {
        if (RecordFormat.ReadBytes(path) is not byte[] bytes) return null;
        try
        {
            CellResult result = bytes.AsSpan().IndexOf(Lists) < 0 ? Flat(bytes, defence)
                : JsonSerializer.Deserialize<CellResult>(bytes, RecordFormat.Indented) ?? throw new JsonException("it is null");
            return (result.Contradiction() ?? Different(bytes, result)) is string wrong
                ? throw RecordFormat.Damaged(path, wrong) : result;
        }
        catch (JsonException e)
        {
            throw RecordFormat.Damaged(path, e.Message, e);
        }
    }

    /// <summary>Which number of the file is not what follows from its counts; null where all are.</summary>
    private static string? Different(ReadOnlySpan<byte> file, CellResult result)
    {
        // The usual case, and a study has thousands of them: it is written again as it stands there.
        if (file.SequenceEqual(RecordFormat.Bytes(result))) return null;
        return Different("", JsonSerializer.Deserialize<JsonElement>(file, RecordFormat.Indented),
            JsonSerializer.SerializeToElement(result, RecordFormat.Indented));
    }

    private static string? Different(
        string at, JsonElement found, JsonElement expected) => (found.ValueKind, expected.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => expected.EnumerateObject()
                .Select(e => found.TryGetProperty(e.Name, out JsonElement there)
                    ? Different(at.Length == 0 ? e.Name : $"{at}.{e.Name}", there, e.Value) : null)
                .FirstOrDefault(d => d is not null),
            (JsonValueKind.Array, JsonValueKind.Array) when found.GetArrayLength() == expected.GetArrayLength() =>
                found.EnumerateArray().Zip(expected.EnumerateArray(), (x, y) => Different(at, x, y))
                    .FirstOrDefault(d => d is not null),
            (JsonValueKind.Number, JsonValueKind.Number) =>
                IsNear(found.GetDouble(), expected.GetDouble()) ? null
                    : $"{at} is {found}, and the counts say {expected}",
            (JsonValueKind.Null, JsonValueKind.Number) => $"{at} is null, and the counts say {expected}",
            (JsonValueKind.Number, JsonValueKind.Null) => $"{at} is {found}, and nothing was counted",
            _ => null,
        };

    private static bool IsNear(double found, double expected) =>
        Math.Abs(found - expected) <= Tolerance * Math.Max(1, Math.Abs(expected));

    private static CellResult Flat(ReadOnlySpan<byte> file, IReadOnlyDictionary<string, string> defence)
    {
        JsonElement found = JsonSerializer.Deserialize<JsonElement>(file, RecordFormat.Indented);
        if (found.ValueKind != JsonValueKind.Object) throw new JsonException("it is no record");
        JsonObject record = JsonObject.Create(found)!;
        if (record.ContainsKey(Measurements)) return found.Deserialize<CellResult>(RecordFormat.Indented)!;
        FlatNumbers flat = found.Deserialize<FlatNumbers>(RecordFormat.Indented)!;
        MeasuredInput input = defence.GetValueOrDefault("protocol") is "test" or "both"
            ? MeasuredInput.Defended : MeasuredInput.Plain;
        record[Measurements] = JsonSerializer.SerializeToNode(flat.AsMeasurements(input), RecordFormat.Indented);
        if (flat.Detection is DetectionResult histogram && flat.Defence is string detector)
            record["detections"] = JsonSerializer.SerializeToNode(new[] { Detection.Of(detector, histogram) },
                RecordFormat.Indented);
        return record.Deserialize<CellResult>(RecordFormat.Indented)!;
    }

    /// <summary>What an old file says of its measurements.</summary>
    private sealed record FlatNumbers
    {
        public string? Defence { get; init; }

        public required int AccCorrect { get; init; }

        public required int AccTotal { get; init; }

        public int? AsrHits { get; init; }

        public int? AsrTotal { get; init; }

        public int? RaCorrect { get; init; }

        public int? RaTotal { get; init; }

        public int? EmaAccCorrect { get; init; }

        public int? EmaAsrHits { get; init; }

        public int? EmaRaCorrect { get; init; }

        public DetectionResult? Detection { get; init; }

        public IEnumerable<Measurement> AsMeasurements(MeasuredInput input)
        {
            yield return new Measurement(MeasuredWeights.Last, input, new Proportion(AccCorrect, AccTotal),
                Share(AsrHits, AsrTotal), Share(RaCorrect, RaTotal));
            if (EmaAccCorrect is int correct)
            {
                yield return new Measurement(MeasuredWeights.Average, input, new Proportion(correct, AccTotal),
                    Share(EmaAsrHits, AsrTotal), Share(EmaRaCorrect, RaTotal));
            }
        }

        private static Proportion? Share(int? hits, int? total) => hits is int h && total is int t ? new Proportion(h, t) : null;
    }
}
