using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>Mask and pattern generator with the space that they work in.</summary>
internal sealed class DynamicGenerators : nn.Module
{
    private static readonly Scalar Black = 0, White = 1;
    private readonly Tensor mean, std;

    /// <summary>Both with the initial values of <paramref name="seed"/>.</summary>
    /// <param name="mean">Per-channel mean that makes a network input z of a picture; zeros where pictures enter as they are.</param>
    /// <param name="std">Per-channel standard deviation; ones where pictures enter as they are.</param>
    /// <param name="seed">Decides the initial weights.</param>
    public DynamicGenerators(float[] mean, float[] std, long seed) : base(nameof(DynamicGenerators))
    {
        (this.mean, this.std) = (tensor(mean).view(1, 3, 1, 1), tensor(std).view(1, 3, 1, 1));
        (Mask, Pattern) = (new DynamicGenerator(1, seed), new DynamicGenerator(3, seed));
        register_module("mask", Mask);
        register_module("pattern", Pattern);
    }

    /// <summary>Where the trigger goes.</summary>
    public DynamicGenerator Mask { get; }

    /// <summary>What it looks like.</summary>
    public DynamicGenerator Pattern { get; }

    /// <summary>thr(M(z)), [B, 1, S, S].</summary>
    public Tensor MaskOf(Tensor z) => SoftStep.Threshold(Mask.forward(z));

    /// <summary>norm(P(z)), [B, 3, S, S] in the space of z.</summary>
    public Tensor PatternOf(Tensor z) => (Pattern.forward(z) - mean) / std;

    /// <summary>z + (pattern - z) mask: <paramref name="z"/> with the trigger that belongs to <paramref name="owner"/>.</summary>
    public Tensor Compose(Tensor z, Tensor owner) => z + (PatternOf(owner) - z) * MaskOf(owner);

    /// <summary>A picture [B, 3, S, S] in [0, 1] with its own trigger; the clamp only takes back what rounding adds.</summary>
    public Tensor Plant(Tensor image) => (Compose((image - mean) / std, (image - mean) / std) * std + mean).clamp(Black, White);

    /// <summary>
    /// As the toolbox tests on GTSRB: a pattern that is normalised is mixed into a picture that is not. Values may leave [0, 1].
    /// </summary>
    /// <param name="image">[B, 3, S, S].</param>
    /// <param name="otherMean">Mean of the normaliser that the toolbox's generator owns.</param>
    /// <param name="otherStd">Its standard deviation.</param>
    public Tensor PlantMismatched(Tensor image, float[] otherMean, float[] otherStd)
    {
        using Tensor m = tensor(otherMean).view(1, 3, 1, 1), s = tensor(otherStd).view(1, 3, 1, 1);
        Tensor z = (image - mean) / std;
        return (z + ((Pattern.forward(z) - m) / s - z) * MaskOf(z)) * std + mean;
    }
}
