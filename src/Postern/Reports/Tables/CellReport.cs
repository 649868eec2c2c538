using Postern.Configuration;
using Postern.Evaluation;
using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>A cell and everything that its folder says about it.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="State">How far it is.</param>
/// <param name="Description">Its resolved configuration; null before it starts.</param>
/// <param name="Result">What it measured; null before it is done.</param>
/// <param name="Metrics">Its finished epochs.</param>
/// <param name="Preview">PNG of clean, triggered and residual pictures; null where there is none.</param>
public sealed record CellReport(
    Cell Cell, CellState State, CellDescription? Description, CellResult? Result, IReadOnlyList<EpochMetrics> Metrics,
    byte[]? Preview)
{
    /// <summary>Id of the cell that trains the weights; null where this one does.</summary>
    public string? TrainedBy { get; init; }

    /// <summary>Which record is damaged; null where none is. Nothing else of the cell is shown then.</summary>
    public string? Damage { get; init; }

    /// <summary>Accuracy under PGD; null where the study does not ask for it, or it is not measured.</summary>
    public AdversarialRecord? Adversarial { get; init; }

    /// <summary>What probes found of its network.</summary>
    public CellFindings Findings { get; init; } = CellFindings.None;

    /// <summary>ROC curve of its detector; null where there is none.</summary>
    public DetectorCurve? Roc { get; init; }

    /// <summary>PNG of the triggers that its scan found; null where there is none.</summary>
    public byte[]? Triggers { get; init; }

    /// <summary>Path of its weights within the study's folder, with slashes; null where there are none.</summary>
    public string? Weights { get; init; }

    /// <summary>ACC of the result.</summary>
    public Proportion? Acc => Result is { } r ? new Proportion(r.AccCorrect, r.AccTotal) : null;

    /// <summary>ASR of the result; null where there is no attack.</summary>
    public Proportion? Asr => Result is { AsrHits: int hits, AsrTotal: int total } ? new Proportion(hits, total) : null;

    /// <summary>RA of the result; null where there is no attack.</summary>
    public Proportion? Ra => Result is { RaCorrect: int correct, RaTotal: int total } ? new Proportion(correct, total) : null;

    /// <summary>poison_fit of the result; null without poisons, and where it is not recorded.</summary>
    public Proportion? PoisonFit =>
        Result is { PoisonFitHits: int hits, PoisonFitTotal: int total } ? new Proportion(hits, total) : null;

    /// <summary>
    /// Reads the records of <paramref name="cell"/>; where one is damaged, the cell has failed for that reason.
    /// </summary>
    /// <param name="run">Where they are.</param>
    /// <param name="cell">The cell.</param>
    public static CellReport Read(RunFolder run, Cell cell)
    {
        try
        {
            return ReadWhole(run, cell);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            string damage = ErrorText.OneLine(e.Message);
            var state = new CellState(CellPhase.Failed, 0, cell.Training.Integer("epochs"), damage);
            return new CellReport(cell, state, Description: null, Result: null, Metrics: [], Preview: null)
            {
                TrainedBy = run.Study.Work.Of(cell).TrainedBy?.Id,
                Damage = damage,
            };
        }
    }

    private static CellReport ReadWhole(RunFolder run, Cell cell)
    {
        CellDirectory directory = run.Of(cell);
        string? trainedBy = run.Study.Work.Of(cell).TrainedBy?.Id, weights = RecordedCell.WeightsOf(directory.Folder, trainedBy);
        (CellResult? result, IReadOnlyList<EpochMetrics> metrics) = (directory.ReadResult(), directory.ReadMetrics());
        if (result?.Disagreement(metrics) is string wrong) throw RecordFormat.Damaged(directory.MetricsPath, wrong);
        return new CellReport(cell, run.StateOf(cell, isWhole: result is not null), directory.ReadDescription(), result, metrics,
            File.Exists(directory.PreviewPath) ? PlainFile.ReadAllBytes(directory.PreviewPath) : null)
        {
            TrainedBy = trainedBy,
            Weights = weights is null ? null : $"{Path.GetFileName(Path.GetDirectoryName(weights))}/{Path.GetFileName(weights)}",
            Roc = DetectorCurve.Of(directory, result),
            Triggers = result is { Scans: [{ TriggersFile: string file }, ..] } ? directory.ReadTriggers(file) : null,
            Findings = CellFindings.Read(directory.Folder, run.ProbesOf(cell)),
            Adversarial = run.AdversarialOf(cell) is Choice asked ? directory.ReadAdversarial(asked) : null,
        };
    }
}
