using Postern.Kernels;

namespace Postern.Benchmarks;

/// <summary>What a scan's arithmetic takes on all threads, without any memory: <see cref="ScanCeiling"/>.</summary>
internal static class ExponentialFloor
{
    /// <summary>Enough pieces that all threads have the same, and that a reading takes some milliseconds.</summary>
    private const int FewestItems = 32, MostItems = 512;

    /// <summary>
    /// Seconds for as many state elements (token, channel, state), scaled from a reading of that size or somewhat less.
    /// </summary>
    /// <param name="elements">How many.</param>
    /// <param name="gates">Whether the exponentials of softplus and gates are counted, too.</param>
    public static double Seconds(long elements, bool gates = false)
    {
        (long piece, _) = ScanCeiling.Run(1, gates);
        int items = (int)Math.Clamp(elements / piece, FewestItems, MostItems);
        return SideBySide.Time(() => ScanCeiling.Run(items, gates)) * elements / (piece * items);
    }
}
