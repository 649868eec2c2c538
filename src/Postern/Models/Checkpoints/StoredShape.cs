using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>Shapes that a file claims, before anything is allocated for them.</summary>
internal static class StoredShape
{
    /// <summary>Sides of a shape, as PyTorch's own limit.</summary>
    internal const int MostDimensions = 64;

    /// <summary>
    /// Number of elements of <paramref name="shape"/>, or null where it is none: a negative side, more than 64 dimensions, or
    /// more elements than 64 bits count, with sides of 0 taken as 1 since libtorch multiplies them so for its strides.
    /// </summary>
    internal static long? Count(IReadOnlyCollection<long> shape)
    {
        if (shape.Count > MostDimensions || shape.Any(side => side < 0)) return null;
        Int128 product = 1;
        foreach (long side in shape)
        {
            product *= Math.Max(1, side);
            if (product > long.MaxValue) return null;
        }
        return shape.Contains(0) ? 0 : (long)product;
    }

    /// <summary>Row-major strides of <paramref name="shape"/>, in elements.</summary>
    internal static long[] Strides(IReadOnlyList<long> shape)
    {
        long[] strides = new long[shape.Count];
        long stride = 1;
        for (int i = strides.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(1, shape[i]);
        }
        return strides;
    }

    /// <summary>
    /// Reads a contiguous tensor from <paramref name="file"/>'s position straight into its memory. The caller has checked that
    /// the file holds it.
    /// </summary>
    internal static Tensor Read(Stream file, long[] shape, ElementType type)
    {
        Tensor value = empty(shape, type.Type);
        try
        {
            Span<byte> bytes = value.bytes;
            file.ReadExactly(bytes);
            // libtorch's arithmetic on a bool that is neither 0 nor 1 is undefined.
            if (type.Type == ScalarType.Bool)
                foreach (ref byte flag in bytes) flag = flag == 0 ? (byte)0 : (byte)1;
            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }
}
