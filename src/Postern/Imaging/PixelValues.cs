using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Postern.Imaging;

/// <summary>
/// 8-bit values as floats in [0, 1], and those normalised; each lane as plain code rounds, so that no bit depends on the width of
/// vectors.
/// </summary>
/// <remarks>
/// The loops are optimised at their first call: left to warm up, vectors are a hundred times slower for whole seconds.
/// </remarks>
public static class PixelValues
{
    /// <summary>values = pixels / 255.</summary>
    /// <param name="pixels">0..255.</param>
    /// <param name="values">As many, in [0, 1].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToUnit(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        values = values[..pixels.Length];
        ReadOnlySpan<Vector<byte>> wide = MemoryMarshal.Cast<byte, Vector<byte>>(pixels);
        Span<Vector<float>> results = MemoryMarshal.Cast<float, Vector<float>>(values);
        var full = new Vector<float>(255f);
        for (int i = 0; i < wide.Length; i++)
        {
            Vector.Widen(wide[i], out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            Span<Vector<float>> four = results.Slice(4 * i, 4);
            four[0] = Vector.ConvertToSingle(Vector.AsVectorInt32(first)) / full;
            four[1] = Vector.ConvertToSingle(Vector.AsVectorInt32(second)) / full;
            four[2] = Vector.ConvertToSingle(Vector.AsVectorInt32(third)) / full;
            four[3] = Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)) / full;
        }
        for (int i = wide.Length * Vector<byte>.Count; i < values.Length; i++) values[i] = pixels[i] / 255f;
    }

    /// <summary>The same for a part of a picture; the rest of <paramref name="values"/> stays as it is.</summary>
    /// <param name="pixels">[3, size, size], 0..255.</param>
    /// <param name="values">[3, size, size].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="part">Which part.</param>
    public static void ToUnit(ReadOnlySpan<byte> pixels, Span<float> values, int size, PixelBox part)
    {
        if (part.Width == size && part.Height == size)
        {
            ToUnit(pixels, values);
            return;
        }
        for (int channel = 0; channel < 3; channel++)
        {
            for (int row = part.Top; row < part.Bottom; row++)
            {
                int from = (channel * size + row) * size + part.Left;
                ToUnit(pixels.Slice(from, part.Width), values.Slice(from, part.Width));
            }
        }
    }

    /// <summary>values = (values - mean) * scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(Span<float> values, float mean, float scale)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(values);
        Vector<float> means = new(mean), scales = new(scale);
        foreach (ref Vector<float> lanes in wide) lanes = (lanes - means) * scales;
        foreach (ref float value in values[(wide.Length * Vector<float>.Count)..]) value = (value - mean) * scale;
    }
}
