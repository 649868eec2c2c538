using Postern.Evaluation;

namespace Postern.Reports.Tables;

/// <summary>
/// DER, the defence effectiveness rating (Zhu et al. 2023): what a defence takes from ASR, less what it takes from ACC. 0.5 where
/// it changes nothing, 1 where it takes a full ASR and no ACC, below 0.5 where it costs more than it gives.
/// </summary>
public static class DefenceRating
{
    /// <summary>
    /// The ratings of those seeds that <paramref name="defended"/> and <paramref name="undefended"/> both have; null where there
    /// is none.
    /// </summary>
    public static SeedScores? Of(IReadOnlyList<CellReport> defended, IReadOnlyList<CellReport> undefended) => SeedScores.Of(
        from after in defended
        join before in undefended on after.Cell.Seed equals before.Cell.Seed
        where IsMeasured(after) && IsMeasured(before)
        select Of(before.Acc!.Value.Value, before.Asr!.Value.Value, after.Acc!.Value.Value, after.Asr!.Value.Value));

    /// <summary>The rating of one model; all four are fractions.</summary>
    public static double Of(double undefendedAcc, double undefendedAsr, double defendedAcc, double defendedAsr) =>
        RepairScores.Der(undefendedAcc, undefendedAsr, defendedAcc, defendedAsr);

    private static bool IsMeasured(CellReport report) => report is { Acc.Total: > 0, Asr.Total: > 0 };
}
