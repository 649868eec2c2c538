namespace Postern.Imaging;

/// <summary>Resizing and rotation in the manner of Pillow and torchvision.</summary>
public static class Resampling
{
    // Pillow's fixed point for 8-bit pictures: 32 bits less 8 of the value and 2 of headroom.
    internal const int FixedBits = 32 - 8 - 2;

    /// <summary>One half in that fixed point, to round by.</summary>
    internal const int Half = 1 << (FixedBits - 1);

    /// <summary>Pillow's antialiased bilinear resize; see <see cref="Resize"/>.</summary>
    public static RgbImage Bilinear(RgbImage image, int width, int height) =>
        Resize(image, width, height, Interpolation.Bilinear);

    /// <summary>
    /// Pillow's antialiased resize of an 8-bit picture, aspect ignored: columns first, rounded to 8 bits, then rows
    /// (torchvision's <c>Resize((height, width))</c> of a PIL image).
    /// </summary>
    /// <param name="image">The picture, [3, H, W].</param>
    /// <param name="width">New width.</param>
    /// <param name="height">New height.</param>
    /// <param name="interpolation">The kernel.</param>
    /// <returns>[3, <paramref name="height"/>, <paramref name="width"/>]; the picture itself where nothing changes.</returns>
    public static RgbImage Resize(RgbImage image, int width, int height, Interpolation interpolation)
    {
        if (width != image.Width)
        {
            var narrow = new RgbImage(width, image.Height);
            AlongRows(image.Pixels, narrow.Pixels, image.Width, width, interpolation);
            image = narrow;
        }
        if (height != image.Height)
        {
            var low = new RgbImage(width, height);
            AlongColumns(image.Pixels, low.Pixels, image.Height, height, width, interpolation);
            image = low;
        }
        return image;
    }

    /// <summary>
    /// Resizes so that the shorter side is <paramref name="side"/>, aspect kept, the longer side rounded down: torchvision's
    /// <c>Resize(side)</c>.
    /// </summary>
    public static RgbImage ShortestSide(RgbImage image, int side, Interpolation interpolation)
    {
        (int width, int height) = ShortestSide(image.Width, image.Height, side);
        return Resize(image, width, height, interpolation);
    }

    /// <summary>The width and height of that.</summary>
    internal static (int Width, int Height) ShortestSide(int width, int height, int side) => width <= height
        ? (side, (int)((long)side * height / width))
        : ((int)((long)side * width / height), side);

    /// <summary>
    /// The middle <paramref name="side"/> x <paramref name="side"/> of a picture: torchvision's <c>CenterCrop</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The picture is smaller.</exception>
    public static RgbImage CentreCrop(RgbImage image, int side)
    {
        if (image.Width < side || image.Height < side)
            throw new ArgumentException($"{image.Width}x{image.Height} is smaller than {side}", nameof(image));
        return Part(image, Centre(image.Width, image.Height, side));
    }

    /// <summary>A part of a picture, within it.</summary>
    internal static RgbImage Part(RgbImage image, PixelBox box)
    {
        (int top, int left, int height, int width) = box;
        var part = new RgbImage(width, height);
        for (int line = 0; line < 3 * height; line++)
        {
            int from = (line / height * image.Height + top + line % height) * image.Width + left;
            image.Pixels.AsSpan(from, width).CopyTo(part.Pixels.AsSpan(line * width, width));
        }
        return part;
    }

    // Halves go to the even neighbour, as Python's round does.
    internal static PixelBox Centre(int width, int height, int side) =>
        new((int)Math.Round((height - side) / 2.0), (int)Math.Round((width - side) / 2.0), side, side);

    /// <summary>
    /// Rotates a float picture about its centre, nearest neighbour, zeros from outside: torchvision's <c>rotate</c> of a tensor.
    /// </summary>
    /// <param name="source">[3, <paramref name="size"/>, <paramref name="size"/>].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="degrees">Angle, counter-clockwise as one sees it.</param>
    /// <param name="target">[3, <paramref name="size"/>, <paramref name="size"/>], not overlapping
    /// <paramref name="source"/>.</param>
    public static void Rotate(ReadOnlySpan<float> source, int size, double degrees, Span<float> target)
    {
        CheckPlanes(source.Length, size, nameof(source));
        CheckPlanes(target.Length, size, nameof(target));
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180.0);
        double middle = 0.5 * size - 0.5;
        int plane = size * size;
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                double x = column - middle, y = row - middle;
                double fromColumn = Math.Round(cos * x - sin * y + middle), fromRow = Math.Round(sin * x + cos * y + middle);
                bool inside = fromColumn >= 0 && fromColumn < size && fromRow >= 0 && fromRow < size;
                int from = inside ? (int)fromRow * size + (int)fromColumn : 0, to = row * size + column;
                for (int channel = 0; channel < 3; channel++)
                    target[channel * plane + to] = inside ? source[channel * plane + from] : 0f;
            }
        }
    }

    // [lines, sourceLength] to [lines, targetLength].
    private static void AlongRows(
        ReadOnlySpan<byte> source, Span<byte> target, int sourceLength, int targetLength, Interpolation interpolation)
    {
        var filter = new ResamplingFilter(interpolation, sourceLength, targetLength);
        int[][] weights = Fixed(filter, targetLength);
        for (int line = 0; line < source.Length / sourceLength; line++)
        {
            ReadOnlySpan<byte> from = source.Slice(line * sourceLength, sourceLength);
            Span<byte> to = target.Slice(line * targetLength, targetLength);
            for (int t = 0; t < to.Length; t++)
            {
                int[] row = weights[t];
                ReadOnlySpan<byte> taps = from.Slice(filter.Start(t), row.Length);
                int sum = Half;
                for (int k = 0; k < row.Length; k++) sum += row[k] * taps[k];
                to[t] = (byte)Math.Clamp(sum >> FixedBits, 0, 255);
            }
        }
    }

    // [3, sourceLength, width] to [3, targetLength, width].
    private static void AlongColumns(
        ReadOnlySpan<byte> source, Span<byte> target, int sourceLength, int targetLength, int width, Interpolation interpolation)
    {
        var filter = new ResamplingFilter(interpolation, sourceLength, targetLength);
        int[][] weights = Fixed(filter, targetLength);
        int[] sums = new int[width];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int t = 0; t < targetLength; t++)
            {
                Array.Fill(sums, Half);
                for (int k = 0; k < weights[t].Length; k++)
                {
                    int weight = weights[t][k];
                    ReadOnlySpan<byte> from = source.Slice((channel * sourceLength + filter.Start(t) + k) * width, width);
                    for (int x = 0; x < sums.Length; x++) sums[x] += weight * from[x];
                }
                Span<byte> to = target.Slice((channel * targetLength + t) * width, width);
                for (int x = 0; x < sums.Length; x++) to[x] = (byte)Math.Clamp(sums[x] >> FixedBits, 0, 255);
            }
        }
    }

    private static int[][] Fixed(ResamplingFilter filter, int targetLength)
    {
        int[][] weights = new int[targetLength][];
        for (int t = 0; t < targetLength; t++) weights[t] = Array.ConvertAll(filter.Weights(t).ToArray(), Fix);
        return weights;
    }

    /// <summary>A weight in Pillow's fixed point.</summary>
    internal static int Fix(double weight) => (int)(weight * (1 << FixedBits) + (weight < 0 ? -0.5 : 0.5));

    private static void CheckPlanes(int length, int size, string name)
    {
        if (length != 3 * size * size) throw new ArgumentException($"{length} values for 3x{size}x{size}", name);
    }
}
