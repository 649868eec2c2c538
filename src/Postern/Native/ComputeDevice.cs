using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native;

/// <summary>
/// Where a run's networks and batches live. The run carries it: whatever makes a network or a batch is given it, and everything
/// else follows its tensors.
/// </summary>
/// <param name="Name">As libtorch names it, e.g. <c>cpu</c>.</param>
public sealed record ComputeDevice(string Name)
{
    /// <summary>This processor.</summary>
    public static ComputeDevice Cpu { get; } = new("cpu");

    /// <summary>The same, as tensors name it.</summary>
    public Device Torch { get; } = new(Name);

    /// <summary>Whether it is this processor, whose memory our kernels and workers reach.</summary>
    public bool IsCpu => Torch.type == DeviceType.CPU;

    /// <summary>A network with its parameters and buffers there; the same network.</summary>
    public T Place<T>(T network) where T : nn.Module
    {
        if (!IsCpu) network.to(Torch);
        return network;
    }

    /// <summary>A tensor of this processor's memory there, taken over: the given one is released where it had to move.</summary>
    public Tensor Take(Tensor local)
    {
        if (IsCpu) return local;
        using (local) return local.to(Torch).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
