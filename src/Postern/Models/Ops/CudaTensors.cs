using System.Runtime.InteropServices;
using Postern.Kernels;
using Postern.Models.Layers;
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

    /// <summary>Throws what an earlier backward pass could not.</summary>
    /// <exception cref="InputException">The driver has answered there with an error.</exception>
    public static void ThrowEarlier(CudaModule module)
    {
        if (module.Fault is not InputException fault) return;
        module.Fault = null;
        throw fault;
    }

    /// <summary>
    /// The gradients of a custom function. An exception in a backward pass would end the process: it is kept for the next forward
    /// pass (<see cref="CudaModule.Fault"/>), and the gradients are zeros.
    /// </summary>
    /// <param name="module">The kernels.</param>
    /// <param name="likes">What the gradients are of, in the order of <paramref name="pass"/>; null for none.</param>
    /// <param name="pass">Computes them.</param>
    public static List<Tensor> Gradients(CudaModule module, IReadOnlyList<Tensor?> likes, Func<Tensor?[]> pass)
    {
        try
        {
            if (module.Fault is null) return TensorScopes.OfGradients(pass);
        }
        catch (Exception e) when (e is InputException or ExternalException)
        {
            module.Fault = e as InputException ?? new InputException("CUDA device", e.Message.Split('\n')[0], e);
        }
        return TensorScopes.OfGradients(() => [.. likes.Select(like => like is null ? null : zeros_like(like))]);
    }
}
