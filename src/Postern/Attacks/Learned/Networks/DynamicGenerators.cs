using Postern.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>Mask and pattern generator with the space that they work in.</summary>
internal sealed class DynamicGenerators : nn.Module
{
    private static readonly Scalar Black = 0, White = 1;
    private readonly Normalisation normalisation;

    /// <summary>Both with the initial values of <paramref name="seed"/>.</summary>
    /// <param name="mean">Per-channel mean that makes a network input z of a picture; zeros where pictures enter as they
    /// are.</param>
    /// <param name="std">Per-channel standard deviation; ones where pictures enter as they are.</param>
    /// <param name="seed">Decides the initial weights.</param>
    public DynamicGenerators(float[] mean, float[] std, long seed) : base(nameof(DynamicGenerators))
    {
        normalisation = new Normalisation(mean, std);
        (Mask, Pattern) = (new DynamicGenerator(1, seed), new DynamicGenerator(3, seed));
        register_module("normalisation", normalisation);
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
    public Tensor PatternOf(Tensor z) => normalisation.forward(Pattern.forward(z));

    /// <summary>z + (pattern - z) mask: <paramref name="z"/> with the trigger that belongs to <paramref name="owner"/>.</summary>
    public Tensor Compose(Tensor z, Tensor owner) => z + (PatternOf(owner) - z) * MaskOf(owner);

    /// <summary>A picture [B, 3, S, S] in [0, 1] with its own trigger; the clamp only takes back what rounding adds.</summary>
    public Tensor Plant(Tensor image) =>
        normalisation.Undo(Compose(normalisation.forward(image), normalisation.forward(image))).clamp(Black, White);

    /// <summary>
    /// As the toolbox tests on GTSRB: a pattern that is normalised is mixed into a picture that is not. Values may leave [0, 1].
    /// </summary>
    /// <param name="image">[B, 3, S, S].</param>
    /// <param name="other">The normaliser that the toolbox's generator owns.</param>
    public Tensor PlantMismatched(Tensor image, Normalisation other)
    {
        Tensor z = normalisation.forward(image);
        return normalisation.Undo(z + (other.forward(Pattern.forward(z)) - z) * MaskOf(z));
    }
}
