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
        if (RecordFormat.Read<JsonNode>(path) is not JsonNode record) return null;
        try
        {
            if (record is not JsonObject known) throw new JsonException("it is no record");
            if (!known.ContainsKey(Measurements)) AddLists(known, defence);
            CellResult result = known.Deserialize<CellResult>(RecordFormat.Indented)!;
            return (result.Contradiction() ?? Different(known, result)) is string found
                ? throw RecordFormat.Damaged(path, found) : result;
        }
        // Two keys of one name are found only when the record is looked into.
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw RecordFormat.Damaged(path, e.Message, e);
        }
    }

    /// <summary>Which number of the file is not what follows from its counts; null where all are.</summary>
    private static string? Different(JsonObject file, CellResult result) =>
        Different("", file, JsonSerializer.SerializeToNode(result, RecordFormat.Indented));

    private static string? Different(string at, JsonNode? found, JsonNode? expected) => (found, expected) switch
    {
        (JsonObject a, JsonObject b) => b.Where(e => a.ContainsKey(e.Key))
            .Select(e => Different(at.Length == 0 ? e.Key : $"{at}.{e.Key}", a[e.Key], e.Value))
            .FirstOrDefault(d => d is not null),
        (JsonArray a, JsonArray b) when a.Count == b.Count =>
            a.Zip(b, (x, y) => Different(at, x, y)).FirstOrDefault(d => d is not null),
        (JsonValue a, JsonValue b) when a.GetValueKind() == JsonValueKind.Number && b.GetValueKind() == JsonValueKind.Number =>
            Math.Abs((double)a - (double)b) <= Tolerance * Math.Max(1, Math.Abs((double)b)) ? null
                : $"{at} is {a}, and the counts say {b}",
        (null, JsonValue b) when b.GetValueKind() == JsonValueKind.Number => $"{at} is null, and the counts say {b}",
        (JsonValue a, null) when a.GetValueKind() == JsonValueKind.Number => $"{at} is {a}, and nothing was counted",
        _ => null,
    };

    private static void AddLists(JsonObject record, IReadOnlyDictionary<string, string> defence)
    {
        FlatNumbers flat = record.Deserialize<FlatNumbers>(RecordFormat.Indented)!;
        MeasuredInput input = defence.GetValueOrDefault("protocol") is "test" or "both"
            ? MeasuredInput.Defended : MeasuredInput.Plain;
        record[Measurements] = JsonSerializer.SerializeToNode(flat.AsMeasurements(input), RecordFormat.Indented);
        if (flat.Detection is DetectionResult histogram && flat.Defence is string detector)
            record["detections"] = JsonSerializer.SerializeToNode(new[] { Detection.Of(detector, histogram) },
                RecordFormat.Indented);
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
