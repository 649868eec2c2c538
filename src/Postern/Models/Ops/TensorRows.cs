using System.Runtime.InteropServices;
using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>The memory of a CPU tensor of float32 or bfloat16, as the kernels take it.</summary>
internal static class TensorRows
{
    /// <summary>The address of a dense tensor or of a slice of token rows; none for null.</summary>
    /// <param name="tensor">Dense, or [B, L, ...] with one stride from token to token over all of it; see
    /// <see cref="Rows"/>.</param>
    /// <exception cref="ArgumentException">Its elements are of neither type, or it lies on another device.</exception>
    public static TokenRows Of(Tensor? tensor)
    {
        if (tensor is null) return default;
        if (tensor.device_type != TorchSharp.DeviceType.CPU)
            throw new ArgumentException($"kernels read this processor's memory, not that of {tensor.device}", nameof(tensor));
        RowElement element = tensor.dtype switch
        {
            ScalarType.Float32 => RowElement.Float32,
            ScalarType.BFloat16 => RowElement.BFloat16,
            ScalarType other => throw new ArgumentException($"kernels have no rows of {other}", nameof(tensor)),
        };
        return new TokenRows(Address(tensor), TokenStride(tensor), element);
    }

    /// <summary>A dense tensor as rows of its last dimension, whatever stands before that.</summary>
    public static TokenRows Dense(Tensor tensor) => Of(tensor).Dense((int)tensor.shape[^1]);

    /// <summary>The first element of a tensor on any device; 0 for null.</summary>
    internal static nint Address(Tensor? tensor) => tensor is null ? 0 : FirstElement(tensor.Handle);

    /// <summary>
    /// <paramref name="tensor"/> itself where its tokens [B, L, ...] lie in rows that the kernels can walk (elements of a token
    /// dense, one stride between tokens, no two rows on the same memory), else a dense copy. Tensors without tokens are made
    /// dense.
    /// </summary>
    public static Tensor Rows(Tensor tensor)
    {
        if (tensor.is_contiguous()) return tensor;
        long[] shape = tensor.shape, stride = tensor.stride();
        if (shape.Length < 3) return tensor.contiguous();
        long dense = 1;
        for (int i = shape.Length - 1; i >= 2; i--)
        {
            if (shape[i] != 1 && stride[i] != dense) return tensor.contiguous();
            dense *= shape[i];
        }
        long step = TokenStride(tensor);
        bool even = shape[0] == 1 || stride[0] == shape[1] * step;
        return even && step >= dense ? tensor : tensor.contiguous();
    }

    /// <summary>
    /// The distance from token to token of [B, L, ...]. A dimension of size one may have any stride, which then means nothing:
    /// with one token a picture the distance is that from picture to picture, and a single token's is its own width.
    /// </summary>
    internal static long TokenStride(Tensor tensor)
    {
        long[] shape = tensor.shape;
        if (shape.Length < 3) return 0;
        if (shape[1] > 1) return tensor.stride(1);
        if (shape[0] > 1) return tensor.stride(0);
        long width = 1;
        foreach (long side in shape.AsSpan(2)) width *= side;
        return width;
    }

    /// <summary>The address of a tensor's first value.</summary>
    /// <param name="tensor">Its handle.</param>
    /// <remarks>
    /// TorchSharp's storage makes a second tensor each time, which keeps the memory until its scope ends, and has no bfloat16.
    /// </remarks>
    [DllImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    internal static extern nint FirstElement(nint tensor);
}
