using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>A selective scan's arguments with values like those of a freshly initialised Vim.</summary>
internal static class ScanInputs
{
    /// <summary>[batch, length, channels] inputs that ask for gradients.</summary>
    public static ScanInput Make(int batch, int length, int channels, int state)
    {
        random.manual_seed(1);
        using DisposeScope scope = NewDisposeScope();
        ScanInput input = new(Leaf(randn(batch, length, channels)), Leaf(randn(batch, length, channels)),
            Leaf(arange(1, state + 1, ScalarType.Float32).neg().repeat(channels, 1)),
            Leaf(randn(batch, length, state)), Leaf(randn(batch, length, state)))
        {
            D = Leaf(ones(channels)),
            Z = Leaf(randn(batch, length, channels)),
            DeltaBias = Leaf(rand(channels) * 4.6 - 6.9),
            Softplus = true,
        };
        return input;

        static Tensor Leaf(Tensor value) => value.detach().requires_grad_().DetachFromDisposeScope();
    }
}
