using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>Which <see cref="IModelOps"/> there are.</summary>
internal static class ModelOps
{
    /// <summary>Plain tensor operations: any device, any type, slow.</summary>
    public static IModelOps Plain { get; } = new PlainOps(SelectiveScanLoop.Apply);

    /// <summary>
    /// The same, with a scan of fewer and larger steps: what a card computes with whose kernels cannot be had.
    /// </summary>
    public static IModelOps Chunked { get; } = new PlainOps(ChunkedScan.Apply);

    /// <summary>The fused kernels of this processor: float32 and bfloat16 in its memory.</summary>
    public static IModelOps Cpu { get; } = new CpuOps();

    /// <summary>
    /// What computes on tensors like <paramref name="stream"/>: the kernels where they can and, on a card, have been compared
    /// there; else plain operations, on a card with the scan in chunks.
    /// </summary>
    public static IModelOps For(Tensor stream) => stream.dtype is not (ScalarType.Float32 or ScalarType.BFloat16) ? Plain
        : stream.device_type switch
        {
            TorchSharp.DeviceType.CPU => Cpu,
            TorchSharp.DeviceType.CUDA => CudaCards.For(stream.device_index) ?? Chunked,
            _ => Plain,
        };
}
