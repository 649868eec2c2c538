using System.Globalization;
using Postern.Evaluation;
using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>One dataset, attack, defence and model, over its seeds.</summary>
/// <param name="Acc">ACC of the seeds that are done; null where none is.</param>
/// <param name="Asr">ASR; null also where there is no attack.</param>
/// <param name="Ra">RA; null also where there is no attack.</param>
/// <param name="Cells">The cells behind it, a seed each; empty where the study has none.</param>
public sealed record ResultEntry(Measure? Acc, Measure? Asr, Measure? Ra, IReadOnlyList<CellReport> Cells)
{
    /// <summary>poison_fit; null without poisons, and where no seed recorded it.</summary>
    public Measure? PoisonFit { get; init; }

    /// <summary>
    /// DER against the undefended cells; null where there is no defence, no attack, or nothing to rate it against.
    /// </summary>
    public SeedScores? Der { get; init; }

    /// <summary>Accuracy under PGD within <paramref name="ball"/>; null where no seed has it.</summary>
    public Measure? Within(AdversarialBall ball) =>
        Measure.Of(from cell in Cells
                   where cell.Adversarial?.Within(ball) is not null
                   select new SeedShare(cell.Cell.Seed, cell.Adversarial!.Within(ball)!.Value));

    /// <summary>How many seeds are in <paramref name="phase"/>.</summary>
    public int Count(CellPhase phase) => Cells.Count(c => c.State.Phase == phase);

    /// <summary>How many seeds have begun and neither ended nor failed.</summary>
    public int Unfinished => Cells.Count(c => c.State.IsUnfinished);

    /// <summary>
    /// What a number does not say: <c>n=3</c>, <c>n=2 of 3, 1 failed</c>, <c>failed</c>, <c>at epoch 3/8</c>; empty for one
    /// finished seed and where nothing has run.
    /// </summary>
    public string Note
    {
        get
        {
            int done = Count(CellPhase.Done), failed = Count(CellPhase.Failed);
            var parts = new List<string>();
            if (done > 0 && Cells.Count > 1)
                parts.Add(done == Cells.Count ? Invariant($"n={done}") : Invariant($"n={done} of {Cells.Count}"));
            if (failed > 0) parts.Add(Cells.Count == 1 ? "failed" : Invariant($"{failed} failed"));
            parts.AddRange(Cells.Where(c => c.State.IsUnfinished)
                .Select(c => c.State.Epoch == 0 ? "begun" : Invariant($"at epoch {c.State.Epoch}/{c.State.Epochs}")));
            return string.Join(", ", parts);
        }
    }

    /// <summary>
    /// In one line: <c>93.40 / 99.16</c>, <c>94.90 / – (n=2 of 3, 1 failed)</c>, <c>at epoch 3/8</c>, or empty.
    /// </summary>
    public string Text => Acc is null ? Note : $"{Acc} / {Asr?.ToString() ?? "–"}{(Note.Length > 0 ? $" ({Note})" : "")}";

    /// <summary>The entry of <paramref name="cells"/>, which differ in their seed only.</summary>
    /// <param name="cells">A cell for each seed.</param>
    /// <param name="undefended">The same cells without a defence, for <see cref="Der"/>.</param>
    public static ResultEntry Of(IReadOnlyList<CellReport> cells, IReadOnlyList<CellReport>? undefended = null)
    {
        return new ResultEntry(Over(c => c.Acc), Over(c => c.Asr), Over(c => c.Ra), cells)
        {
            PoisonFit = Over(c => c.PoisonFit),
            Der = DefenceRating.Of([.. cells.Where(c => c.Cell.IsDefended)], undefended ?? []),
        };

        Measure? Over(Func<CellReport, Proportion?> of) =>
            Measure.Of(from cell in cells where of(cell) is not null select new SeedShare(cell.Cell.Seed, of(cell)!.Value));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
