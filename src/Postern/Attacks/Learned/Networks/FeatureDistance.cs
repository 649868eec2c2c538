using Postern.Learning;
using Postern.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// How different two pictures look to a trained ResNet18, in the place of LPIPS, whose weights would be a download
/// (<c>docs/reference/attacks.md 2.11</c>): features of the stem and the four stages, brought to unit length over channels,
/// squared differences summed over channels, averaged over space, summed over layers.
/// </summary>
internal sealed class FeatureDistance : nn.Module<Tensor, Tensor, Tensor>
{
    private static readonly Scalar Tiny = 1e-10;
    private static readonly string[] Layers = ["bn1", "layer1.1", "layer2.1", "layer3.1", "layer4.1"];
    private readonly ResNet network;
    private readonly Normalisation normalisation;

    /// <summary>
    /// The distance that <paramref name="network"/> sees, which is taken over; its weights get no gradients any more.
    /// </summary>
    /// <param name="network">A trained ResNet in evaluation mode.</param>
    /// <param name="mean">Per-channel mean that its input is normalised with.</param>
    /// <param name="std">Per-channel standard deviation of the same.</param>
    public FeatureDistance(ResNet network, float[] mean, float[] std) : base(nameof(FeatureDistance))
    {
        (this.network, normalisation) = (network, new Normalisation(mean, std));
        register_module("network", network);
        register_module("normalisation", normalisation);
        foreach (Parameter p in network.parameters()) p.requires_grad = false;
    }

    /// <summary>Mean over the batch; gradients flow to <paramref name="changed"/> only.</summary>
    /// <param name="image">[B, 3, S, S], [0, 1].</param>
    /// <param name="changed">[B, 3, S, S], [0, 1].</param>
    public override Tensor forward(Tensor image, Tensor changed)
    {
        Tensor[] original;
        using (no_grad()) original = Features(image);
        Tensor[] terms = [.. Features(changed).Zip(original, (a, b) => (a - b).square().sum(1).mean())];
        return stack(terms).sum();
    }

    private Tensor[] Features(Tensor image)
    {
        var found = new List<Tensor>(Layers.Length);
        using (network.Taps.Watch((_, value) => found.Add(Unit(value.relu())), Layers.Contains))
            network.forward(normalisation.forward(image)).Dispose();
        return [.. found];
    }

    // [B, C, H, W], length 1 over C; the root is of a positive number, so that its gradient is finite where all features are 0.
    private static Tensor Unit(Tensor features) => features / (features.square().sum(1, keepdim: true) + Tiny).sqrt();
}
