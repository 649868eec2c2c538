using Postern.Kernels;
using Postern.Native.Cuda;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>Tensors for the kernels of a card, and what all of their functions do.</summary>
internal static class CudaTensors
{
    /// <summary>The ending of a kernel's name: which rows of tokens it reads.</summary>
    /// <exception cref="ArgumentException">There are no kernels for that type.</exception>
    public static string Rows(ScalarType type) => type switch
    {
        ScalarType.Float32 => "f32",
        ScalarType.BFloat16 => "bf16",
        _ => throw new ArgumentException($"kernels have no rows of {type}", nameof(type)),
    };

    /// <summary>
    /// What the results' memory holds before a kernel writes it: NaN in a comparison, where it shows what was not written; null
    /// for whatever was there.
    /// </summary>
    public static double? Before { get; set; }

    /// <summary>Memory for a result on the device of <paramref name="like"/>.</summary>
    public static Tensor Empty(Tensor like, long[] shape, ScalarType type = ScalarType.Float32) => Before is double value
        ? full(shape, value, type, like.device) : empty(shape, type, like.device);

    /// <summary>Memory for a dense result of the size and type of <paramref name="like"/>.</summary>
    public static Tensor EmptyLike(Tensor like) => Empty(like, like.shape, like.dtype);

    /// <summary>Blocks that hold a thread for each of <paramref name="count"/>.</summary>
    public static long Blocks(long count) => Parts(count, GpuKernels.Block);

    /// <summary>How many parts of <paramref name="size"/> hold <paramref name="count"/>.</summary>
    public static long Parts(long count, long size) => (count + size - 1) / size;

    /// <summary>The sum of the rows of [rows, ...], added in a fixed order.</summary>
    public static Tensor Sum(CudaModule module, Tensor parts)
    {
        long[] shape = parts.shape[1..];
        long columns = parts.numel() / parts.shape[0];
        for (long rows = parts.shape[0]; rows > 1;)
        {
            long runs = Parts(rows, GpuKernels.PartsOfRun);
            Tensor sums = Empty(parts, [runs, columns]);
            module.Launch("sum_parts", Blocks(columns), runs, 1, new GpuSumCall
            {
                Rows = rows,
                Columns = columns,
                Parts = TensorRows.Address(parts),
                Sums = TensorRows.Address(sums),
            });
            GC.KeepAlive(parts);
            (parts, rows) = (sums, runs);
        }
        return parts.view(shape);
    }
}
