namespace Postern.Evaluation;

/// <summary>
/// What a repair is worth: what it takes from the attack less what it takes from clean accuracy. All are fractions.
/// </summary>
public static class RepairScores
{
    /// <summary>
    /// DER, the defence effectiveness rating (Zhu et al. 2023): 0.5 where nothing changes, 1 where a full ASR goes and no ACC.
    /// BackdoorBench's code adds the loss of accuracy.
    /// </summary>
    public static double Der(double accBefore, double asrBefore, double accAfter, double asrAfter) =>
        (Math.Max(0, asrBefore - asrAfter) - Math.Max(0, accBefore - accAfter) + 1) / 2;

    /// <summary>RIR, the robustness improvement rating: the same of RA, which should rise.</summary>
    public static double Rir(double accBefore, double raBefore, double accAfter, double raAfter) =>
        (Math.Max(0, raAfter - raBefore) - Math.Max(0, accBefore - accAfter) + 1) / 2;
}
