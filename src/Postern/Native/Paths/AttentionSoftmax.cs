using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>The softmax of attention scores over their last dimension.</summary>
internal static class AttentionSoftmax
{
    /// <summary>
    /// Whether this processor's is put together from exponential and sum; what the comparison of this machine chose.
    /// </summary>
    public static bool Composed { get; set; }

    /// <summary>[..., L] to [..., L] of the same type; computed in float32.</summary>
    public static Tensor Apply(Tensor scores)
    {
        if (scores.dtype == ScalarType.BFloat16) return Apply(scores.to(ScalarType.Float32)).to(ScalarType.BFloat16);
        if (!Composed || scores.device_type != TorchSharp.DeviceType.CPU) return scores.softmax(-1);
        Tensor powers = (scores - scores.detach().amax([-1], keepdim: true)).exp();
        return powers / powers.sum(-1, keepdim: true);
    }
}
