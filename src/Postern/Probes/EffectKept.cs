namespace Postern.Probes;

/// <summary>
/// How much of the trigger's effect is left once something is put back as it was without it (<c>docs/reference/probes.md 6</c>):
/// R = (LD_patched - LD_clean) / (LD_triggered - LD_clean), 1 where nothing has changed and 0 where all of it is gone. LD is the
/// logit of the target class less that of the true class; both differences are summed over pictures first, since one picture's
/// own ratio may be of a small difference.
/// </summary>
internal static class EffectKept
{
    /// <summary>R with the 95% interval of a ratio of means over pictures (Cochran 1977, 6.3).</summary>
    public static Quantity Of(IReadOnlyList<double> clean, IReadOnlyList<double> triggered, IReadOnlyList<double> patched)
    {
        double[] left = BlockRows.Difference([.. clean], [.. patched]), effect = BlockRows.Difference([.. clean], [.. triggered]);
        double whole = effect.Sum(), ratio = left.Sum() / whole;
        int n = effect.Length;
        if (n < 2) return Quantity.Of(n == 0 ? double.NaN : ratio, ProbeUnit.Share);
        double rest = left.Zip(effect, (l, e) => Math.Pow(l - ratio * e, 2)).Sum();
        double spread = Quantity.Quantile(n - 1) * Math.Sqrt(n / (n - 1.0) * rest) / Math.Abs(whole);
        return new Quantity(ratio, ratio - spread, ratio + spread, ProbeUnit.Share);
    }

    /// <summary>LD of each picture.</summary>
    /// <param name="logits">[B, classes].</param>
    /// <param name="target">The target class.</param>
    /// <param name="labels">The true classes.</param>
    public static double[] Lead(TorchSharp.torch.Tensor logits, int target, IReadOnlyList<int> labels)
    {
        int classes = (int)logits.shape[1];
        double[] values = logits.Doubles();
        return [.. labels.Select((label, i) => values[i * classes + target] - values[i * classes + label])];
    }
}
