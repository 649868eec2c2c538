using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Takes a direction out of every weight that writes into a network's stream, W - r (r^T W) with |r| = 1, so that no token has
/// anything along it behind any block; the weights are as they were once it is disposed of
/// (<c>docs/reference/probes.md 7</c>).
/// </summary>
internal sealed class WeightAblation : IDisposable
{
    private readonly List<(Tensor Weight, Tensor Before)> changed = [];

    /// <param name="model">The network; it names its <see cref="Backbone.StreamWriters"/>.</param>
    /// <param name="direction">r, [d], of any length.</param>
    public WeightAblation(Backbone model, Tensor direction)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor unit = direction / direction.norm().clamp_min(1e-30);
        HashSet<string> writers = [.. model.StreamWriters];
        foreach ((string name, Tensor weight) in model.named_parameters())
        {
            if (!writers.Contains(name)) continue;
            changed.Add((weight, weight.detach().clone().DetachFromDisposeScope()));
            weight.copy_(Without(weight, unit));
        }
    }

    /// <summary>Puts the weights back.</summary>
    public void Dispose()
    {
        using var noGrad = no_grad();
        foreach ((Tensor weight, Tensor before) in changed)
        {
            weight.copy_(before);
            before.Dispose();
        }
        changed.Clear();
    }

    private static Tensor Without(Tensor weight, Tensor unit)
    {
        // Tokens and positions have the stream's axis last, all others first.
        if (weight.shape[^1] == unit.numel() && weight.dim() == 3) return weight - weight.matmul(unit).unsqueeze(-1) * unit;
        Tensor rows = weight.reshape(unit.numel(), -1);                                         // [d, ...]
        return (rows - unit.unsqueeze(1) * unit.matmul(rows).unsqueeze(0)).reshape(weight.shape);
    }
}
