using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Collects what pictures' gradients have in common. Each picture's are divided by their mean magnitude, so that none counts more
/// than another and networks can be compared.
/// </summary>
/// <param name="side">S, of a picture.</param>
/// <param name="patch">P, of what is folded.</param>
internal sealed class GradientMaps(int side, int patch) : IDisposable
{
    // VMamba's code shows the field so, since its tail would not be seen otherwise.
    private const double FieldPower = 0.2;

    private readonly Tensor signed = zeros(side, side, dtype: ScalarType.Float64).DetachFromDisposeScope(),
        field = zeros(side, side, dtype: ScalarType.Float64).DetachFromDisposeScope();

    private readonly List<double[]> folds = [];

    /// <summary>Pictures so far.</summary>
    public int Count => folds.Count;

    /// <summary>Adds some pictures' gradients of the loss, [B, 3, S, S], and receptive fields, [B, S, S].</summary>
    public void Add(Tensor loss, Tensor fields)
    {
        Tensor grey = loss.mean([1L]).to(ScalarType.Float64).cpu();                               // [B, S, S]
        Tensor size = loss.abs().mean([1L, 2, 3], keepdim: false).to(ScalarType.Float64).cpu().clamp_min(1e-30);
        Tensor each = grey / size.view(-1, 1, 1);
        signed.add_(each.sum([0L]));
        field.add_(fields.to(ScalarType.Float64).cpu().sum([0L]));
        folds.AddRange(PatchFold.Of(each, patch).flatten(1).Doubles().Chunk(patch * patch));
    }

    /// <summary>What was found.</summary>
    /// <param name="largest">Side of the largest map that is shown whole.</param>
    /// <param name="target">The class whose loss it is.</param>
    public ProbeFinding Finding(int largest, int target)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor mean = signed / Math.Max(1, Count);
        double[] fold = Count == 0 ? new double[patch * patch] : BlockRows.MeanOf(folds);
        return new ProbeFinding(
        [
            new("fold-share", "share of the signed map's variance that recurs in every patch",
                Quantity.Of(PatchFold.Share(mean, patch), ProbeUnit.Share)),
            new("fold-share-by-chance", "the same of pixels that have nothing to do with each other",
                Quantity.Of(PatchFold.ShareByChance(side, patch), ProbeUnit.Share)),
            new("fold-peak",
                "the strongest recurring pixel, found in one half of the pictures and measured in the other, in mean "
                + "magnitudes of a gradient", Peak()),
            new("field-half", "share of the pixels that have half of the receptive field",
                Quantity.Of(HalfArea(), ProbeUnit.Share)),
        ])
        {
            Maps =
            [
                ProbeMap.Of("The signed gradient, folded by patch", ProbeUnit.Difference, patch, fold) with
                {
                    IsDiverging = true,
                },
                Shown("The signed gradient of the target's loss, mean of pictures", ProbeUnit.Difference, Middle(mean, largest))
                    with
                    {
                        IsDiverging = true,
                        Caption = side > largest ? FormattableString.Invariant($"the middle {largest} pixels") : "",
                    },
                Shown("The effective receptive field", ProbeUnit.Plain, Pooled(largest)) with
                {
                    Caption = "(g / max g)^0.2, as it is usually shown",
                },
            ],
            Notes = [FormattableString.Invariant($"of clean pictures of other classes; the loss is that of class {target}")],
        };
    }

    public void Dispose()
    {
        signed.Dispose();
        field.Dispose();
    }

    /// <summary>Chosen in every second picture, so that its choice does not count as a finding.</summary>
    private Quantity Peak()
    {
        double[][] chosen = [.. folds.Where((_, i) => i % 2 == 0)], held = [.. folds.Where((_, i) => i % 2 == 1)];
        if (held.Length == 0) return Quantity.Of(double.NaN);
        double[] mean = BlockRows.MeanOf(chosen);
        int peak = Enumerable.Range(0, mean.Length).MaxBy(i => Math.Abs(mean[i]));
        return Quantity.MeanOf(held.Select(fold => Math.Sign(mean[peak]) * fold[peak]));
    }

    private double HalfArea()
    {
        double[] sorted = [.. field.flatten().Doubles().OrderDescending()];
        double half = sorted.Sum() / 2, sum = 0;
        if (half == 0) return double.NaN;
        int count = 0;
        while (sum < half) sum += sorted[count++];
        return (double)count / sorted.Length;
    }

    private Tensor Pooled(int largest)
    {
        Tensor shown = (field / field.max().clamp_min(1e-300)).pow(FieldPower);
        int factor = (side + largest - 1) / largest;
        return factor == 1 ? shown : nn.functional.avg_pool2d(shown.view(1, 1, side, side), factor)[0, 0];
    }

    private static Tensor Middle(Tensor map, int largest)
    {
        long size = Math.Min(map.shape[0], largest), from = (map.shape[0] - size) / 2;
        return map.narrow(0, from, size).narrow(1, from, size);
    }

    private static ProbeMap Shown(string title, ProbeUnit unit, Tensor map) =>
        ProbeMap.Of(title, unit, (int)map.shape[1], map.flatten().Doubles());
}
