namespace Postern.Imaging;

/// <summary>
/// Operations that map each 8-bit value to another by a table, in place: Pillow's <c>ImageOps</c>, and timm's addition to them.
/// </summary>
public static class ToneCurves
{
    /// <summary>Stretches each channel so that its darkest value becomes 0 and its brightest 255; a flat channel stays.</summary>
    public static void AutoContrast(RgbImage image)
    {
        Span<int> histogram = stackalloc int[256];
        Span<byte> curve = stackalloc byte[256];
        for (int channel = 0; channel < 3; channel++)
        {
            Span<byte> plane = Plane(image, channel);
            Count(plane, histogram);
            int low = histogram.IndexOfAnyExcept(0), high = histogram.LastIndexOfAnyExcept(0);
            if (high <= low) continue;
            double scale = 255.0 / (high - low), offset = -low * scale;
            for (int v = 0; v < 256; v++) curve[v] = (byte)Math.Clamp((int)(v * scale + offset), 0, 255);
            Map(plane, curve);
        }
    }

    /// <summary>Makes each channel's cumulated histogram as straight as its values allow; a flat channel stays.</summary>
    public static void Equalize(RgbImage image)
    {
        Span<int> histogram = stackalloc int[256];
        Span<byte> curve = stackalloc byte[256];
        for (int channel = 0; channel < 3; channel++)
        {
            Span<byte> plane = Plane(image, channel);
            Count(plane, histogram);
            int step = (plane.Length - histogram[histogram.LastIndexOfAnyExcept(0)]) / 255;
            if (step == 0) continue;
            int sum = step / 2;
            for (int v = 0; v < 256; v++)
            {
                curve[v] = (byte)Math.Min(sum / step, 255);
                sum += histogram[v];
            }
            Map(plane, curve);
        }
    }

    /// <summary>255 minus each value.</summary>
    public static void Invert(RgbImage image)
    {
        foreach (ref byte value in image.Pixels.AsSpan()) value = (byte)(255 - value);
    }

    /// <summary>Keeps the <paramref name="bits"/> highest bits of each value, 0 to 8.</summary>
    public static void Posterize(RgbImage image, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        byte mask = (byte)(0xFF << (8 - bits));
        foreach (ref byte value in image.Pixels.AsSpan()) value &= mask;
    }

    /// <summary>Inverts the values at or above <paramref name="threshold"/>; 256 changes nothing.</summary>
    public static void Solarize(RgbImage image, int threshold)
    {
        foreach (ref byte value in image.Pixels.AsSpan()) value = value < threshold ? value : (byte)(255 - value);
    }

    /// <summary>Adds <paramref name="amount"/> to the values below 128, up to 255.</summary>
    public static void SolarizeAdd(RgbImage image, int amount)
    {
        foreach (ref byte value in image.Pixels.AsSpan()) value = value < 128 ? (byte)Math.Min(value + amount, 255) : value;
    }

    private static Span<byte> Plane(RgbImage image, int channel)
    {
        int plane = image.Width * image.Height;
        return image.Pixels.AsSpan(channel * plane, plane);
    }

    private static void Count(ReadOnlySpan<byte> plane, Span<int> histogram)
    {
        histogram.Clear();
        foreach (byte value in plane) histogram[value]++;
    }

    private static void Map(Span<byte> plane, ReadOnlySpan<byte> curve)
    {
        foreach (ref byte value in plane) value = curve[value];
    }
}
