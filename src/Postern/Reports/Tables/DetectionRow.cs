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
    /// <summary>AUROC of the seeds; null where none has one.</summary>
    public SeedScores? Auroc { get; } = SeedScores.Of(Found(Cells).Select(f => f.Detection.All.Auroc));

    /// <summary>Share of the triggered pictures that raise the alarm; null where no seed is done.</summary>
    public Measure? Tpr { get; } = Over(Cells, d => d.All.TruePositives);

    /// <summary>Share of the clean pictures that raise it; null where no seed is done.</summary>
    public Measure? Fpr { get; } = Over(Cells, d => d.FalsePositives);

    /// <summary>TPR where the FPR is at most 5%; null where no seed recorded it.</summary>
    public Measure? TprAtFpr5 { get; } = Over(Cells, d => d.All.TruePositivesAtFpr5);

    /// <summary>How far the seeds are, as in the main table.</summary>
    public string Note { get; } = ResultEntry.Of(Cells).Note;

    private static IEnumerable<(CellReport Cell, Detection Detection)> Found(IEnumerable<CellReport> cells) =>
        cells.Where(c => c.Result is { Detections.Count: > 0 }).Select(c => (c, c.Result!.Detections[0]));

    private static Measure? Over(IEnumerable<CellReport> cells, Func<Detection, Proportion?> of) =>
        Measure.Of(from found in Found(cells)
                   where of(found.Detection) is { Total: > 0 }
                   select new SeedShare(found.Cell.Cell.Seed, of(found.Detection)!.Value));
}
