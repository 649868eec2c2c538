using Postern.Evaluation;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.SideBySide;

/// <summary>A cell of one side of a comparison.</summary>
/// <param name="Id">The cell's id.</param>
/// <param name="Labels">Its names in tables.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Settings">Everything that was set or recorded about it, by <c>part.option</c>.</param>
/// <param name="Result">What it measured; null where it is not done.</param>
public sealed record ComparedCell(string Id, CellNames Labels, long Seed, IReadOnlyDictionary<string, string> Settings,
    CellResult? Result)
{
    // Parts that a cell knows only once it has begun: they count as different only where both sides know them.
    private static readonly string[] Recorded = ["pictures", "versions", "machine"];

    /// <summary>Whether its defence leaves predictions as they are, so that ACC and ASR are the undefended cell's.</summary>
    public bool OnlyDetects { get; init; }

    /// <summary>ACC; null where the cell is not done, and of a detector.</summary>
    public Proportion? Acc => Result is { } r && !OnlyDetects ? new Proportion(r.AccCorrect, r.AccTotal) : null;

    /// <summary>ASR; null also where there is no attack.</summary>
    public Proportion? Asr =>
        Result is { AsrHits: int hits, AsrTotal: int total } && !OnlyDetects ? new Proportion(hits, total) : null;

    /// <summary>AUROC of its detector; null where it has none, or is not done.</summary>
    public double? Auroc => OnlyDetects && Result is { Detections: [Detection first, ..] } ? first.All.Auroc : null;

    /// <summary>The cell as a study plans it, with its records.</summary>
    public static ComparedCell Of(Cell cell, CellDescription? description, CellResult? result)
    {
        SortedDictionary<string, string> settings = RowSettings.Of(cell);
        Add(settings, "train", cell.Training.Values);
        AddRecorded(settings, description);
        return new ComparedCell(cell.Id, cell.Labels, cell.Seed, settings, result) { OnlyDetects = cell.OnlyDetects };
    }

    /// <summary>The cell as its own folder tells of it.</summary>
    public static ComparedCell Of(CellDescription description, CellResult? result)
    {
        SortedDictionary<string, string> settings = RowSettings.Of(description);
        Add(settings, "train", description.Training.Options);
        AddRecorded(settings, description);
        var labels = new CellNames(description.Dataset.Label, description.Model.Label, description.Attack.Label,
            description.Defence.Label);
        return new ComparedCell(description.Id, labels, description.Seed, settings, result)
        {
            OnlyDetects = result is { Detections.Count: > 0 },
        };
    }

    /// <summary>
    /// All that was set, and which pictures it was measured on where it has begun: cells that differ in it are no seeds of one
    /// another.
    /// </summary>
    public string SettingText => string.Join('\n', Settings.Where(s => !IsRecorded(s.Key)).Select(s => $"{s.Key}={s.Value}"));

    /// <summary>The pictures that it was run on; null before it begins.</summary>
    public string? Pictures => Settings.TryGetValue("pictures.train", out string? train)
        ? $"{train} {Settings.GetValueOrDefault("pictures.test")}" : null;

    /// <summary>
    /// The settings, without what a cell knows only once it has begun, in which <paramref name="others"/> differ.
    /// </summary>
    public static IReadOnlyList<string> Differing(IReadOnlyList<ComparedCell> others) =>
    [
        .. others.SelectMany(c => c.Settings.Keys).Distinct()
        .Where(k => !IsRecorded(k) || k.StartsWith("pictures.", StringComparison.Ordinal))
            .Where(k => others.Select(c => c.Settings.GetValueOrDefault(k)).Distinct().Count() > 1).Order(StringComparer.Ordinal),
    ];

    /// <summary>What is set otherwise in <paramref name="other"/>: <c>train.epochs 8 → 3</c>.</summary>
    public IEnumerable<string> ChangesTo(ComparedCell other) =>
        from key in Settings.Keys.Union(other.Settings.Keys).Order(StringComparer.Ordinal)
        let before = Settings.GetValueOrDefault(key)
        let after = other.Settings.GetValueOrDefault(key)
        where before != after && (before is not null && after is not null || !IsRecorded(key))
        select $"{key} {Shown(before)} → {Shown(after)}";

    private static bool IsRecorded(string key) => Recorded.Contains(key.Split('.')[0]);

    private static void Add(
        SortedDictionary<string, string> settings, string part, IReadOnlyDictionary<string, string> options)
    {
        foreach ((string key, string value) in options) settings[$"{part}.{key}"] = value;
    }

    private static void AddRecorded(SortedDictionary<string, string> settings, CellDescription? description)
    {
        if (description is null) return;
        settings["pictures.train"] = description.TrainFingerprint;
        settings["pictures.test"] = description.TestFingerprint;
        Add(settings, "versions", description.Versions);
        Add(settings, "machine", description.Hardware);
    }

    /// <summary>A setting's value for readers.</summary>
    public string ValueOf(string key) => Shown(Settings.GetValueOrDefault(key));

    private static string Shown(string? value) =>
        value is null ? "(no such option)" : value.Length == 0 ? "(empty)" : ChartLegend.Cut(value, 40);
}
