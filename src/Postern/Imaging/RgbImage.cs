namespace Postern.Imaging;

/// <summary>
/// An 8-bit RGB picture in planar order: <see cref="Pixels"/> is [3, H, W], red plane first, each plane row by row from the top.
/// </summary>
public sealed class RgbImage
{
    /// <summary>Takes over <paramref name="pixels"/>, [3, H, W].</summary>
    /// <exception cref="ArgumentException">The length is not 3 * height * width, or a side is not positive.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        if (width <= 0 || height <= 0 || pixels.Length != 3L * width * height)
            throw new ArgumentException($"{pixels.Length} bytes for {width}x{height} RGB", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>A black picture.</summary>
    public RgbImage(int width, int height) : this(width, height, new byte[3 * width * height]) { }

    /// <summary>A square picture of values in [0, 1], rounded to 8 bits; what lies outside is clipped.</summary>
    /// <param name="values">[3, size, size].</param>
    /// <param name="size">Side in pixels.</param>
    /// <exception cref="ArgumentException">The length does not fit the size.</exception>
    public static RgbImage Rounded(ReadOnlySpan<float> values, int size)
    {
        var image = new RgbImage(size, size);
        if (values.Length != image.Pixels.Length)
            throw new ArgumentException($"{values.Length} values for 3x{size}x{size}", nameof(values));
        for (int i = 0; i < values.Length; i++) image.Pixels[i] = (byte)Math.Clamp(MathF.Round(values[i] * 255f), 0f, 255f);
        return image;
    }

    /// <summary>The picture of [height, width, RGBA]; alpha is dropped.</summary>
    internal static RgbImage FromRgba(ReadOnlySpan<byte> rgba, int width, int height)
    {
        var image = new RgbImage(width, height);
        int plane = width * height;
        Span<byte> red = image.Pixels.AsSpan(0, plane), green = image.Pixels.AsSpan(plane, plane),
            blue = image.Pixels.AsSpan(2 * plane);
        for (int i = 0; i < plane; i++)
        {
            ReadOnlySpan<byte> pixel = rgba.Slice(4 * i, 4);
            (red[i], green[i], blue[i]) = (pixel[0], pixel[1], pixel[2]);
        }
        return image;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>[3, H, W], 0..255.</summary>
    public byte[] Pixels { get; }

    /// <summary>One channel's value at (<paramref name="row"/>, <paramref name="column"/>).</summary>
    public ref byte this[int channel, int row, int column] => ref Pixels[(channel * Height + row) * Width + column];

    /// <summary>Writes the picture as [Height, Width, RGBA], opaque.</summary>
    internal void CopyToRgba(Span<byte> rgba)
    {
        int plane = Width * Height;
        for (int i = 0; i < plane; i++)
        {
            rgba[4 * i] = Pixels[i];
            rgba[4 * i + 1] = Pixels[plane + i];
            rgba[4 * i + 2] = Pixels[2 * plane + i];
            rgba[4 * i + 3] = 255;
        }
    }
}
