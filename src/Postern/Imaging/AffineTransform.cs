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

    /// <summary>
    /// Writes the transformed <paramref name="source"/> to <paramref name="target"/>, another picture of any size.
    /// </summary>
    /// <param name="source">What is read.</param>
    /// <param name="target">What is written, every pixel of it.</param>
    /// <param name="interpolation">Results are cut off to 8 bits, not rounded, as in Pillow.</param>
    /// <param name="fill">Red, green and blue of what lies outside.</param>
    public void Apply(RgbImage source, RgbImage target, Interpolation interpolation, ReadOnlySpan<byte> fill)
    {
        int plane = target.Width * target.Height, sourcePlane = source.Width * source.Height;
        ReadOnlySpan<byte> red = source.Pixels.AsSpan(0, sourcePlane);
        ReadOnlySpan<byte> green = source.Pixels.AsSpan(sourcePlane, sourcePlane),
            blue = source.Pixels.AsSpan(2 * sourcePlane, sourcePlane);
        for (int row = 0, to = 0; row < target.Height; row++)
        {
            for (int column = 0; column < target.Width; column++, to++)
            {
                double x = column + 0.5, y = row + 0.5;
                (x, y) = (A * x + B * y + C, D * x + E * y + F);
                if (!(x >= 0 && x < source.Width && y >= 0 && y < source.Height))
                {
                    for (int channel = 0; channel < 3; channel++) target.Pixels[channel * plane + to] = fill[channel];
                    continue;
                }
                var taps = new Taps(x - 0.5, y - 0.5, source.Width, source.Height);
                bool cubic = interpolation == Interpolation.Bicubic;
                target.Pixels[to] = cubic ? taps.Cubic(red) : taps.Linear(red);
                target.Pixels[plane + to] = cubic ? taps.Cubic(green) : taps.Linear(green);
                target.Pixels[2 * plane + to] = cubic ? taps.Cubic(blue) : taps.Linear(blue);
            }
        }
    }

    /// <summary>
    /// The 4x4 neighbours of a point, the border repeated outside, and where the point lies between the middle ones.
    /// </summary>
    private readonly ref struct Taps
    {
        private readonly int x0, x1, x2, x3, y0, y1, y2, y3;
        private readonly double dx, dy;

        internal Taps(double x, double y, int width, int height)
        {
            double left = Math.Floor(x), top = Math.Floor(y);
            (dx, dy, x1, y1) = (x - left, y - top, (int)left, (int)top);
            (x0, x2, x3) = (Math.Max(x1 - 1, 0), Math.Min(x1 + 1, width - 1), Math.Min(x1 + 2, width - 1));
            (y0, y2, y3) =
                (Math.Max(y1 - 1, 0) * width, Math.Min(y1 + 1, height - 1) * width, Math.Min(y1 + 2, height - 1) * width);
            (x1, y1) = (Math.Max(x1, 0), Math.Max(y1, 0) * width);
        }

        internal byte Linear(ReadOnlySpan<byte> plane)
        {
            double upper = plane[y1 + x1] + (plane[y1 + x2] - plane[y1 + x1]) * dx;
            double lower = plane[y2 + x1] + (plane[y2 + x2] - plane[y2 + x1]) * dx;
            return (byte)(upper + (lower - upper) * dy);
        }

        internal byte Cubic(ReadOnlySpan<byte> plane)
        {
            double value = Along(plane, y1);
            // On a row the other rows weigh nothing, which spares most of the work of sideways shears and shifts.
            if (dy != 0) value = Keys(Along(plane, y0), value, Along(plane, y2), Along(plane, y3), dy);
            return (byte)Math.Clamp(value, 0, 255);
        }

        private double Along(ReadOnlySpan<byte> plane, int row) =>
            dx == 0 ? plane[row + x1] : Keys(plane[row + x0], plane[row + x1], plane[row + x2], plane[row + x3], dx);
    }

    // Keys' cubic with a = -1 through four neighbours, at d from the second.
    private static double Keys(double v0, double v1, double v2, double v3, double d) =>
        v1 + d * (v2 - v0 + d * (2 * (v0 - v1) + v2 - v3 + d * (v1 - v0 + v3 - v2)));
}
