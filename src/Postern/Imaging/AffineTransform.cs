namespace Postern.Imaging;

/// <summary>
/// Pillow's affine <c>Image.transform</c> of 8-bit pictures: the target's pixel (x, y) shows the source at
/// (<paramref name="A"/> x + <paramref name="B"/> y + <paramref name="C"/>, <paramref name="D"/> x + <paramref name="E"/> y +
/// <paramref name="F"/>), both measured from the top left corner, pixels having their middle at one half. What comes from outside
/// the source gets the fill colour.
/// </summary>
/// <param name="A">Columns a column.</param>
/// <param name="B">Columns a row.</param>
/// <param name="C">Columns of shift.</param>
/// <param name="D">Rows a column.</param>
/// <param name="E">Rows a row.</param>
/// <param name="F">Rows of shift.</param>
public readonly record struct AffineTransform(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Rows slide sideways, by <paramref name="factor"/> columns a row.</summary>
    public static AffineTransform ShearX(double factor) => new(1, factor, 0, 0, 1, 0);

    /// <summary>Columns slide up or down, by <paramref name="factor"/> rows a column.</summary>
    public static AffineTransform ShearY(double factor) => new(1, 0, 0, factor, 1, 0);

    /// <summary>Moves the content to the left by <paramref name="columns"/> and up by <paramref name="rows"/>, pixels.</summary>
    public static AffineTransform Translate(double columns, double rows) => new(1, 0, columns, 0, 1, rows);

    /// <summary>A rotation about the centre of a picture, counter-clockwise as one sees it: Pillow's <c>rotate</c>.</summary>
    public static AffineTransform Rotate(double degrees, int width, int height)
    {
        double angle = -degrees * (Math.PI / 180), cos = Math.Round(Math.Cos(angle), 15), sin = Math.Round(Math.Sin(angle), 15);
        double x = width / 2.0, y = height / 2.0;
        return new(cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y);
    }

    /// <summary>Writes the transformed <paramref name="source"/> to <paramref name="target"/>, another picture of any size.</summary>
    /// <param name="source">What is read.</param>
    /// <param name="target">What is written, every pixel of it.</param>
    /// <param name="interpolation">Bilinear results are rounded, bicubic ones clipped and cut off, as in Pillow.</param>
    /// <param name="fill">Red, green and blue of what lies outside.</param>
    public void Apply(RgbImage source, RgbImage target, Interpolation interpolation, ReadOnlySpan<byte> fill)
    {
        int plane = target.Width * target.Height, sourcePlane = source.Width * source.Height;
        for (int row = 0; row < target.Height; row++)
        {
            for (int column = 0; column < target.Width; column++)
            {
                double x = column + 0.5, y = row + 0.5;
                (x, y) = (A * x + B * y + C, D * x + E * y + F);
                bool inside = x >= 0 && x < source.Width && y >= 0 && y < source.Height;
                for (int channel = 0, to = row * target.Width + column; channel < 3; channel++, to += plane)
                {
                    ReadOnlySpan<byte> from = source.Pixels.AsSpan(channel * sourcePlane, sourcePlane);
                    target.Pixels[to] = !inside ? fill[channel]
                        : interpolation == Interpolation.Bicubic ? Cubic(from, source.Width, source.Height, x - 0.5, y - 0.5)
                        : Linear(from, source.Width, source.Height, x - 0.5, y - 0.5);
                }
            }
        }
    }

    // Outside neighbours repeat the border.
    private static byte Linear(ReadOnlySpan<byte> plane, int width, int height, double x, double y)
    {
        double left = Math.Floor(x), top = Math.Floor(y), dx = x - left, dy = y - top;
        int x0 = Math.Max((int)left, 0), x1 = Math.Min((int)left + 1, width - 1);
        int y0 = Math.Max((int)top, 0) * width, y1 = Math.Min((int)top + 1, height - 1) * width;
        double upper = plane[y0 + x0] * (1 - dx) + plane[y0 + x1] * dx, lower = plane[y1 + x0] * (1 - dx) + plane[y1 + x1] * dx;
        return (byte)(upper * (1 - dy) + lower * dy + 0.5);
    }

    private static byte Cubic(ReadOnlySpan<byte> plane, int width, int height, double x, double y)
    {
        double left = Math.Floor(x), top = Math.Floor(y), dx = x - left, dy = y - top;
        int x1 = (int)left, y1 = (int)top;
        int x0 = Math.Max(x1 - 1, 0), x2 = Math.Min(x1 + 1, width - 1), x3 = Math.Min(x1 + 2, width - 1);
        int y0 = Math.Max(y1 - 1, 0) * width, y2 = Math.Min(y1 + 1, height - 1) * width, y3 = Math.Min(y1 + 2, height - 1) * width;
        x1 = Math.Max(x1, 0);
        y1 = Math.Max(y1, 0) * width;
        double value = Cubic(
            Cubic(plane[y0 + x0], plane[y0 + x1], plane[y0 + x2], plane[y0 + x3], dx),
            Cubic(plane[y1 + x0], plane[y1 + x1], plane[y1 + x2], plane[y1 + x3], dx),
            Cubic(plane[y2 + x0], plane[y2 + x1], plane[y2 + x2], plane[y2 + x3], dx),
            Cubic(plane[y3 + x0], plane[y3 + x1], plane[y3 + x2], plane[y3 + x3], dx), dy);
        return (byte)Math.Clamp(value, 0, 255);
    }

    // Keys' cubic with a = -1 through four neighbours, at d from the second.
    private static double Cubic(double v0, double v1, double v2, double v3, double d) =>
        v1 + d * (v2 - v0 + d * (2 * (v0 - v1) + v2 - v3 + d * (v1 - v0 + v3 - v2)));
}
