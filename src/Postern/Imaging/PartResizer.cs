using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Postern.Imaging;

/// <summary>
/// <see cref="Resampling.Resize"/>, but only a part of the result and straight from decoded rows: to the bit what that part of
/// the whole would be. Keeps its buffers from call to call: one for each thread.
/// </summary>
internal sealed class PartResizer
{
    private const int BytesPerPixel = 4;

    private readonly ResamplingFilter columns = new(), rows = new();
    private int[] columnFactors = [], rowFactors = [];
    private byte[] narrow = [], line = [];

    /// <summary>Sets the sizes that the following calls are about.</summary>
    /// <param name="width">Width of the source picture.</param>
    /// <param name="height">Height of the source picture.</param>
    /// <param name="targetWidth">Width that it is resized to.</param>
    /// <param name="targetHeight">Height that it is resized to.</param>
    /// <param name="interpolation">The kernel.</param>
    public void Set(int width, int height, int targetWidth, int targetHeight, Interpolation interpolation)
    {
        columns.Set(interpolation, width, targetWidth);
        rows.Set(interpolation, height, targetHeight);
    }

    /// <summary>The part of the source that a part of the result is made of.</summary>
    public PixelBox SourceOf(PixelBox part)
    {
        int top = rows.Start(part.Top), left = columns.Start(part.Left);
        return new PixelBox(top, left, End(rows, part.Bottom - 1) - top, End(columns, part.Right - 1) - left);
    }

    /// <summary>Writes a part of the result.</summary>
    /// <param name="rgba">[sourcePart.Height, sourcePart.Width, RGBA].</param>
    /// <param name="sourcePart">Where these pixels lie in the source; holds <see cref="SourceOf"/> of the part.</param>
    /// <param name="part">Which part of the result.</param>
    /// <param name="pixels">[3, size, size].</param>
    /// <param name="size">Side of the square that is written into.</param>
    /// <param name="top">Row of the square where the part goes.</param>
    /// <param name="left">Column of the square where the part goes.</param>
    public void Apply(ReadOnlySpan<byte> rgba, PixelBox sourcePart, PixelBox part, Span<byte> pixels, int size, int top, int left)
    {
        int firstRow = rows.Start(part.Top), stride = AlongRows(rgba, sourcePart, part, firstRow);
        for (int y = 0; y < part.Height; y++)
        {
            ReadOnlySpan<double> weights = rows.Weights(part.Top + y);
            if (rowFactors.Length < weights.Length) rowFactors = new int[weights.Length];
            Fix(weights, rowFactors);
            AlongColumns(narrow.AsSpan((rows.Start(part.Top + y) - firstRow) * stride), stride,
                rowFactors.AsSpan(0, weights.Length));
            for (int channel = 0; channel < 3; channel++)
                Take(line, channel, pixels.Slice((channel * size + top + y) * size + left, part.Width));
        }
    }

    // Fills narrow, [rows of the source, width of the part (and what fills up a vector), RGBA]; returns the bytes of a row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AlongRows(ReadOnlySpan<byte> rgba, PixelBox sourcePart, PixelBox part, int firstRow)
    {
        int count = End(rows, part.Bottom - 1) - firstRow;
        int stride = (BytesPerPixel * part.Width + Vector<byte>.Count - 1) / Vector<byte>.Count * Vector<byte>.Count;
        if (narrow.Length < count * stride) narrow = new byte[count * stride];
        if (line.Length < stride) line = new byte[stride];
        int most = FixColumns(part);
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<uint> from = MemoryMarshal.Cast<byte, uint>(
                rgba.Slice(BytesPerPixel * (firstRow + row - sourcePart.Top) * sourcePart.Width,
                    BytesPerPixel * sourcePart.Width));
            Span<uint> to = MemoryMarshal.Cast<byte, uint>(narrow.AsSpan(row * stride, stride));
            for (int x = 0; x < part.Width; x++)
            {
                int start = columns.Start(part.Left + x) - sourcePart.Left, length = columns.Weights(part.Left + x).Length;
                ReadOnlySpan<uint> pixels = from.Slice(start, length);
                ReadOnlySpan<int> factors = columnFactors.AsSpan(x * most, length);
                Vector128<int> sum = Vector128.Create(Resampling.Half);
                for (int k = 0; k < pixels.Length; k++) sum += Widen(pixels[k]) * factors[k];
                to[x] = Narrow(sum);
            }
        }
        return stride;
    }

    // Every channel at once: lanes are the bytes of neighbouring pixels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AlongColumns(ReadOnlySpan<byte> from, int stride, ReadOnlySpan<int> factors)
    {
        var half = new Vector<int>(Resampling.Half);
        for (int at = 0; at < stride; at += Vector<byte>.Count)
        {
            Vector<int> a = half, b = half, c = half, d = half;
            for (int k = 0; k < factors.Length; k++)
            {
                Vector.Widen(new Vector<byte>(from.Slice(k * stride + at)), out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
                Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
                var factor = new Vector<int>(factors[k]);
                a += Vector.AsVectorInt32(first) * factor;
                b += Vector.AsVectorInt32(second) * factor;
                c += Vector.AsVectorInt32(third) * factor;
                d += Vector.AsVectorInt32(fourth) * factor;
            }
            Vector.Narrow(Vector.Narrow(Byte(a), Byte(b)), Vector.Narrow(Byte(c), Byte(d))).CopyTo(line, at);
        }
    }

    // One channel of RGBA.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Take(ReadOnlySpan<byte> rgba, int channel, Span<byte> to)
    {
        ReadOnlySpan<Vector<uint>> pixels = MemoryMarshal.Cast<byte, Vector<uint>>(rgba);
        Span<Vector<byte>> wide = MemoryMarshal.Cast<byte, Vector<byte>>(to);
        var low = new Vector<uint>(byte.MaxValue);
        for (int i = 0; i < wide.Length; i++)
        {
            ReadOnlySpan<Vector<uint>> four = pixels.Slice(4 * i, 4);
            Vector<ushort> first = Vector.Narrow((four[0] >> (8 * channel)) & low, (four[1] >> (8 * channel)) & low);
            Vector<ushort> second = Vector.Narrow((four[2] >> (8 * channel)) & low, (four[3] >> (8 * channel)) & low);
            wide[i] = Vector.Narrow(first, second);
        }
        for (int x = wide.Length * Vector<byte>.Count; x < to.Length; x++) to[x] = rgba[BytesPerPixel * x + channel];
    }

    private static Vector<uint> Byte(Vector<int> sum) => Vector.AsVectorUInt32(Vector.Min(
        Vector.Max(Vector.ShiftRightArithmetic(sum, Resampling.FixedBits), Vector<int>.Zero), new Vector<int>(byte.MaxValue)));

    private static Vector128<int> Widen(uint pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte())).AsInt32();

    private static uint Narrow(Vector128<int> sum)
    {
        Vector128<uint> bytes = Vector128.Min(Vector128.Max(sum >> Resampling.FixedBits, Vector128<int>.Zero),
            Vector128.Create((int)byte.MaxValue)).AsUInt32();
        Vector128<ushort> pairs = Vector128.Narrow(bytes, bytes);
        return Vector128.Narrow(pairs, pairs).AsUInt32().ToScalar();
    }

    // Sets columnFactors, [part.Width, the returned largest number of taps].
    private int FixColumns(PixelBox part)
    {
        int most = 0;
        for (int x = part.Left; x < part.Right; x++) most = Math.Max(most, columns.Weights(x).Length);
        if (columnFactors.Length < most * part.Width) columnFactors = new int[most * part.Width];
        for (int x = 0; x < part.Width; x++) Fix(columns.Weights(part.Left + x), columnFactors.AsSpan(x * most));
        return most;
    }

    private static void Fix(ReadOnlySpan<double> weights, Span<int> factors)
    {
        for (int k = 0; k < weights.Length; k++) factors[k] = Resampling.Fix(weights[k]);
    }

    private static int End(ResamplingFilter filter, int target) => filter.Start(target) + filter.Weights(target).Length;
}
