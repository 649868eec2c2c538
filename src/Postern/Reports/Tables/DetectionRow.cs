using System.Globalization;
using Postern.Evaluation;

namespace Postern.Reports.Tables;

/// <summary>
/// What a detector found on one dataset, attack and model, over its seeds: how well it tells triggered test pictures from clean
/// ones. It leaves predictions as they are, so that ACC and ASR are the undefended row's.
/// </summary>
/// <param name="Dataset">The dataset's label.</param>
/// <param name="Attack">The attack's label.</param>
/// <param name="Model">The model's label.</param>
/// <param name="Detector">The defence's label.</param>
/// <param name="Cells">A cell for each seed.</param>
public sealed record DetectionRow(string Dataset, string Attack, string Model, string Detector, IReadOnlyList<CellReport> Cells)
{
    /// <summary>Heads of the columns for readers.</summary>
    public static IReadOnlyList<string> Heads { get; } =
        ["dataset", "attack", "model", "detector", "AUROC", "TPR", "FPR", "TPR at 5 % FPR", "note"];

    /// <summary>How many of <see cref="Heads"/> are names.</summary>
    public const int Names = 4;

    /// <summary>What the columns are, for the foot of a table.</summary>
    public const string Legend = "Triggered test pictures against clean ones. TPR and FPR in percent at the detector's own threshold; "
        + "AUROC from 0 to 1, 0.5 is chance; over several seeds mean ± standard deviation.";

    /// <summary>AUROC of each seed that has one.</summary>
    public IReadOnlyList<double> Auroc { get; } =
        [.. Found(Cells).Select(f => f.Detection.All.Auroc).Where(double.IsFinite)];

    /// <summary>Share of the triggered pictures that raise the alarm; null where no seed is done.</summary>
    public Measure? Tpr { get; } = Over(Cells, d => d.All.TruePositives);

    /// <summary>Share of the clean pictures that raise it; null where no seed is done.</summary>
    public Measure? Fpr { get; } = Over(Cells, d => d.FalsePositives);

    /// <summary>TPR where the FPR is at most 5%; null where no seed recorded it.</summary>
    public Measure? TprAtFpr5 { get; } = Over(Cells, d => d.All.TruePositivesAtFpr5);

    /// <summary>How far the seeds are, as in the main table.</summary>
    public string Note { get; } = ResultEntry.Of(Cells).Note;

    /// <summary>AUROC for readers: <c>0.873 ± 0.012</c>; empty where there is none.</summary>
    public string AurocText => Auroc.Count == 0 ? "" : Auroc.Average().ToString("0.000", CultureInfo.InvariantCulture)
        + (Measure.Deviation(Auroc) is double sd ? string.Create(CultureInfo.InvariantCulture, $" ± {sd:0.000}") : "");

    /// <summary>What stands in <see cref="Heads"/>.</summary>
    public IReadOnlyList<string> Fields =>
        [Dataset, Attack, Model, Detector, AurocText, $"{Tpr}", $"{Fpr}", $"{TprAtFpr5}", Note];

    /// <summary>The rows of those of <paramref name="cells"/> whose defence only detects, in their order.</summary>
    public static IReadOnlyList<DetectionRow> Of(IEnumerable<CellReport> cells) =>
    [
        .. cells.Where(c => c.Cell.OnlyDetects)
            .GroupBy(c => (c.Cell.DatasetLabel, c.Cell.AttackLabel, c.Cell.ModelLabel, c.Cell.DefenceLabel))
            .Select(g => new DetectionRow(g.Key.DatasetLabel, g.Key.AttackLabel, g.Key.ModelLabel, g.Key.DefenceLabel, [.. g])),
    ];

    private static IEnumerable<(CellReport Cell, Detection Detection)> Found(IEnumerable<CellReport> cells) =>
        cells.Where(c => c.Result is { Detections.Count: > 0 }).Select(c => (c, c.Result!.Detections[0]));

    private static Measure? Over(IEnumerable<CellReport> cells, Func<Detection, Proportion?> of) =>
        Measure.Of(from found in Found(cells)
                   where of(found.Detection) is not null
                   select new SeedShare(found.Cell.Cell.Seed, of(found.Detection)!.Value));
}
