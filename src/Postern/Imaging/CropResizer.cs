using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Postern.Imaging;

/// <summary>
/// Crops a box out of a float picture and resizes it, antialiased: torchvision's <c>resized_crop</c>, with values kept as floats
/// between and after the two passes where Pillow rounds to 8 bits. Keeps its buffers from call to call: one for each thread.
/// </summary>
public sealed class CropResizer
{
    private readonly ResamplingFilter columns = new(), rows = new();
    private float[] narrow = [];

    /// <summary>
    /// Crops and resizes. What the filter sees ends at the box; bicubic results are clipped to [0, 1] after each pass.
    /// </summary>
    /// <param name="source">[3, <paramref name="size"/>, <paramref name="size"/>].</param>
    /// <param name="size">Side of the source.</param>
    /// <param name="top">First row of the box.</param>
    /// <param name="left">First column of the box.</param>
    /// <param name="height">Rows of the box.</param>
    /// <param name="width">Columns of the box.</param>
    /// <param name="interpolation">The kernel.</param>
    /// <param name="target">[3, <paramref name="targetSize"/>, <paramref name="targetSize"/>].</param>
    /// <param name="targetSize">Side of the result.</param>
    /// <exception cref="ArgumentException">The box leaves the picture, or a span has another length.</exception>
    public void Apply(ReadOnlySpan<float> source, int size, int top, int left, int height, int width,
        Interpolation interpolation, Span<float> target, int targetSize)
    {
        if (source.Length != 3 * size * size)
            throw new ArgumentException($"{source.Length} values for 3x{size}x{size}", nameof(source));
        if (target.Length != 3 * targetSize * targetSize)
            throw new ArgumentException($"{target.Length} values for 3x{targetSize}x{targetSize}", nameof(target));
        if (top < 0 || left < 0 || height <= 0 || width <= 0 || top + height > size || left + width > size)
            throw new ArgumentException($"box {height}x{width} at ({top}, {left}) in a picture of {size}x{size}");

        columns.Set(interpolation, width, targetSize);
        rows.Set(interpolation, height, targetSize);
        if (narrow.Length < height * targetSize) narrow = new float[height * targetSize];
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> result = target.Slice(channel * targetSize * targetSize, targetSize * targetSize);
            AlongRows(source.Slice((channel * size + top) * size, height * size), size, left, width, height, targetSize);
            // Only the cubic overshoots; the other is left alone so that values outside [0, 1] pass as they always did.
            if (interpolation == Interpolation.Bicubic) Clip(narrow.AsSpan(0, height * targetSize));
            AlongColumns(result, targetSize);
            if (interpolation == Interpolation.Bicubic) Clip(result);
        }
    }

    // Four rows at a time where there are as many: they share their weights.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AlongRows(ReadOnlySpan<float> lines, int stride, int left, int width, int height, int targetSize)
    {
        int row = 0;
        for (; row + 4 <= height; row += 4)
        {
            ReadOnlySpan<float> line0 = lines.Slice(row * stride + left, width),
                line1 = lines.Slice((row + 1) * stride + left, width);
            ReadOnlySpan<float> line2 = lines.Slice((row + 2) * stride + left, width),
                line3 = lines.Slice((row + 3) * stride + left, width);
            Span<float> to = narrow.AsSpan(row * targetSize, 4 * targetSize);
            for (int x = 0; x < targetSize; x++)
            {
                ReadOnlySpan<double> weights = columns.Weights(x);
                int from = columns.Start(x);
                Vector256<double> sum = default;
                for (int k = 0; k < weights.Length; k++)
                {
                    (Vector128<double> low, Vector128<double> high) = Vector128.Widen(
                        Vector128.Create(line0[from + k], line1[from + k], line2[from + k], line3[from + k]));
                    sum += Vector256.Create(low, high) * weights[k];
                }
                Vector128<float> values = Vector128.Narrow(sum.GetLower(), sum.GetUpper());
                for (int r = 0; r < 4; r++) to[r * targetSize + x] = values[r];
            }
        }
        for (; row < height; row++)
        {
            ReadOnlySpan<float> line = lines.Slice(row * stride + left, width);
            Span<float> to = narrow.AsSpan(row * targetSize, targetSize);
            for (int x = 0; x < to.Length; x++)
            {
                ReadOnlySpan<double> weights = columns.Weights(x);
                double sum = 0;
                for (int k = 0; k < weights.Length; k++) sum += weights[k] * line[columns.Start(x) + k];
                to[x] = (float)sum;
            }
        }
    }

    private void AlongColumns(Span<float> result, int targetSize)
    {
        result.Clear();
        for (int y = 0; y < targetSize; y++)
        {
            Span<float> line = result.Slice(y * targetSize, targetSize);
            ReadOnlySpan<double> weights = rows.Weights(y);
            for (int k = 0; k < weights.Length; k++)
                Accumulate(line, (float)weights[k], narrow.AsSpan((rows.Start(y) + k) * targetSize, targetSize));
        }
    }

    /// <summary>
    /// sum += weight * values, each lane rounded twice as plain code rounds, so that the width of vectors changes no bit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(Span<float> sum, float weight, ReadOnlySpan<float> values)
    {
        Span<Vector<float>> sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(values);
        var factor = new Vector<float>(weight);
        for (int i = 0; i < sums.Length; i++) sums[i] += factor * wide[i];
        for (int i = sums.Length * Vector<float>.Count; i < sum.Length; i++) sum[i] += weight * values[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Clip(Span<float> values)
    {
        foreach (ref float value in values) value = Math.Clamp(value, 0f, 1f);
    }
}
