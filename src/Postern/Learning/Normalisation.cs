using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>
/// Brings pictures in [0, 1] to what a network sees and back, channel by channel. A module without weights, so that it moves to
/// another device and type with the network that it belongs to; its two constants are in no checkpoint.
/// </summary>
internal sealed class Normalisation : nn.Module<Tensor, Tensor>
{
    /// <summary>z = (x - mean) / std; zeros and ones leave pictures as they are.</summary>
    /// <param name="mean">Per-channel mean.</param>
    /// <param name="std">Per-channel standard deviation.</param>
    public Normalisation(IReadOnlyList<float> mean, IReadOnlyList<float> std) : base(nameof(Normalisation))
    {
        register_buffer("mean", Channels(mean), persistent: false);
        register_buffer("std", Channels(std), persistent: false);
    }

    /// <summary>From pictures [B, 3, S, S] to (x - mean) / std.</summary>
    public override Tensor forward(Tensor x) => (x - Mean) / Std;

    /// <summary>From z to z std + mean.</summary>
    public Tensor Undo(Tensor z) => z * Std + Mean;

    private Tensor Mean => get_buffer("mean")!;

    private Tensor Std => get_buffer("std")!;

    private static Tensor Channels(IReadOnlyList<float> values) =>
        tensor([.. values], [1, values.Count, 1, 1], device: CPU).DetachFromDisposeScope();
}
