using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>Which <see cref="IUpdateOps"/> there are.</summary>
internal static class UpdateOps
{
    /// <summary>Plain tensor operations.</summary>
    public static IUpdateOps Plain { get; } = new PlainUpdates();

    /// <summary>The kernels of this processor.</summary>
    public static IUpdateOps Fused { get; } = new FusedUpdates();

    /// <summary>
    /// What updates parameters like <paramref name="parameter"/>: the kernels where they can, else plain operations.
    /// </summary>
    public static IUpdateOps For(Tensor parameter) =>
        parameter.device_type == DeviceType.CPU && parameter.dtype == ScalarType.Float32 ? Fused : Plain;
}
