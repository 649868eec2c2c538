using Postern.Evaluation;
using Postern.Probes;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>What one seed of some cells gave.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Value">Points, or loss.</param>
/// <param name="Counted">Variance from the pictures looked at; null for a loss, and where nothing tells of it.</param>
internal readonly record struct SeedValue(long Seed, double Value, double? Counted);

/// <summary>Cells that differ in their seed only, as a claim sees them.</summary>
/// <param name="Names">What the paper calls them.</param>
/// <param name="Attack">Their attack's options.</param>
/// <param name="Label">Their names in the study's tables.</param>
/// <param name="Seeds">Seeds that are done and have the measure.</param>
/// <param name="Reports">The cells.</param>
/// <param name="IsMeant">Whether they are meant where a claim names no setting (<see cref="Sweeps"/>).</param>
internal sealed record ClaimCells(CellNames Names, AttackCondition Attack, string Label, IReadOnlyList<SeedValue> Seeds,
    IReadOnlyList<CellReport> Reports, bool IsMeant)
{
    private const string NoAttack = "none";
    private const double Z95 = 1.959963984540054;

    /// <summary>The study's cells in groups. For ASR and its distance from ACC only those with an attack.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="measured">What is measured of them.</param>
    /// <param name="sweeps">Which are meant where a claim names no setting.</param>
    public static IReadOnlyList<ClaimCells> Of(IReadOnlyList<CellReport> cells, Measured measured, Sweeps sweeps) =>
    [
        .. cells.Where(c => measured.Measure is not (ComparedMeasure.Asr or ComparedMeasure.Gap)
                || c.Cell.Attack.Name != NoAttack)
            .GroupBy(c => c.Cell.Labels)
            .Select(g => new ClaimCells(g.First().Cell.Paper, AttackCondition.Of(g.First().Cell.Attack), LabelOf(g.First().Cell),
                [.. g.Select(c => Value(c, measured)).OfType<SeedValue>()], [.. g], sweeps.IsMeant(g.First().Cell))),
    ];

    private static SeedValue? Value(CellReport report, Measured measured)
    {
        ComparedMeasure measure = measured.Measure;
        if (measure == ComparedMeasure.Probe) return OfProbe(report, measured);
        if (measure == ComparedMeasure.Loss)
            return report.Result is { FinalLoss: double loss } && double.IsFinite(loss)
                ? new SeedValue(report.Cell.Seed, loss, null)
                : null;
        if (measure == ComparedMeasure.Gap)
        {
            return Of(report.Acc) is SeedValue acc && Of(report.Asr) is SeedValue asr
                ? new SeedValue(report.Cell.Seed, Math.Abs(acc.Value - asr.Value), acc.Counted + asr.Counted) : null;
        }
        return Of(measure switch
        {
            ComparedMeasure.Acc => report.Acc,
            ComparedMeasure.Asr => report.Asr,
            _ => report.Adversarial?.Within(AdversarialBall.All[0]),
        });

        SeedValue? Of(Proportion? share) => share is { Total: > 0 } s
            ? new SeedValue(report.Cell.Seed, 100 * s.Value, 1e4 * Estimate.CountVariance(s)) : null;
    }

    private static SeedValue? OfProbe(CellReport report, Measured measured)
    {
        if (measured.FindingOf(report)?[measured.Number!] is not Quantity found || !double.IsFinite(found.Value)) return null;
        double points = found.Unit is ProbeUnit.Share or ProbeUnit.Change ? 100 : 1;
        double? error = found.HasInterval ? points * (found.High - found.Low) / (2 * Z95) : null;
        return new SeedValue(report.Cell.Seed, points * found.Value, error * error);
    }

    private static string LabelOf(Cell cell) => string.Join(", ", cell.DatasetLabel, cell.ModelLabel, cell.AttackLabel)
        + (cell.IsDefended ? $", {cell.DefenceLabel}" : "");
}
