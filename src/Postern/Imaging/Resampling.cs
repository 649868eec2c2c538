namespace Postern.Imaging;

/// <summary>Resizing and rotation in the manner of Pillow and torchvision.</summary>
public static class Resampling
{
    // Pillow's fixed point for 8-bit pictures: 32 bits less 8 of the value and 2 of headroom.
    private const int FixedBits = 32 - 8 - 2;

    /// <summary>
    /// Pillow's antialiased bilinear resize of an 8-bit picture, aspect ignored: columns first, rounded to 8 bits, then rows
    /// (torchvision's <c>Resize((height, width))</c> of a PIL image).
    /// </summary>
    /// <param name="image">The picture, [3, H, W].</param>
    /// <param name="width">New width.</param>
    /// <param name="height">New height.</param>
    /// <returns>[3, <paramref name="height"/>, <paramref name="width"/>]; the picture itself where nothing changes.</returns>
    public static RgbImage Bilinear(RgbImage image, int width, int height)
    {
        if (width != image.Width)
        {
            var narrow = new RgbImage(width, image.Height);
            AlongRows(image.Pixels, narrow.Pixels, image.Width, width);
            image = narrow;
        }
        if (height != image.Height)
        {
            var low = new RgbImage(width, height);
            AlongColumns(image.Pixels, low.Pixels, image.Height, height, width);
            image = low;
        }
        return image;
    }

    /// <summary>
    /// Crops a box out of a float picture and resizes it, antialiased bilinear: the pixels of torchvision's
    /// <c>resized_crop</c> of a tensor with <c>antialias=True</c>.
    /// </summary>
    /// <param name="source">[3, <paramref name="size"/>, <paramref name="size"/>].</param>
    /// <param name="size">Side of the source.</param>
    /// <param name="top">First row of the box.</param>
    /// <param name="left">First column of the box.</param>
    /// <param name="height">Rows of the box.</param>
    /// <param name="width">Columns of the box.</param>
    /// <param name="target">[3, <paramref name="targetSize"/>, <paramref name="targetSize"/>].</param>
    /// <param name="targetSize">Side of the result.</param>
    /// <exception cref="ArgumentException">The box leaves the picture, or a span has another length.</exception>
    public static void ResizedCrop(
        ReadOnlySpan<float> source, int size, int top, int left, int height, int width, Span<float> target, int targetSize)
    {
        CheckPlanes(source.Length, size, nameof(source));
        CheckPlanes(target.Length, targetSize, nameof(target));
        if (top < 0 || left < 0 || height <= 0 || width <= 0 || top + height > size || left + width > size)
            throw new ArgumentException($"box {height}x{width} at ({top}, {left}) in a picture of {size}x{size}");

        var columns = new TriangleFilter(width, targetSize);
        var rows = new TriangleFilter(height, targetSize);
        float[] narrow = new float[height * targetSize];
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<float> plane = source.Slice(channel * size * size, size * size);
            for (int row = 0; row < height; row++)
            {
                ReadOnlySpan<float> line = plane.Slice((top + row) * size + left, width);
                for (int x = 0; x < targetSize; x++)
                {
                    ReadOnlySpan<double> weights = columns.Weights(x);
                    ReadOnlySpan<float> taps = line.Slice(columns.Start(x), weights.Length);
                    double sum = 0;
                    for (int k = 0; k < taps.Length; k++) sum += weights[k] * taps[k];
                    narrow[row * targetSize + x] = (float)sum;
                }
            }
            Span<float> result = target.Slice(channel * targetSize * targetSize, targetSize * targetSize);
            result.Clear();
            for (int y = 0; y < targetSize; y++)
            {
                Span<float> line = result.Slice(y * targetSize, targetSize);
                ReadOnlySpan<double> weights = rows.Weights(y);
                for (int k = 0; k < weights.Length; k++)
                {
                    float weight = (float)weights[k];
                    ReadOnlySpan<float> from = narrow.AsSpan((rows.Start(y) + k) * targetSize, targetSize);
                    for (int x = 0; x < line.Length; x++) line[x] += weight * from[x];
                }
            }
        }
    }

    /// <summary>
    /// Rotates a float picture about its centre, nearest neighbour, zeros from outside: torchvision's <c>rotate</c> of a tensor.
    /// </summary>
    /// <param name="source">[3, <paramref name="size"/>, <paramref name="size"/>].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="degrees">Angle, counter-clockwise as one sees it.</param>
    /// <param name="target">[3, <paramref name="size"/>, <paramref name="size"/>], not overlapping <paramref name="source"/>.</param>
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
                for (int channel = 0; channel < 3; channel++) target[channel * plane + to] = inside ? source[channel * plane + from] : 0f;
            }
        }
    }

    // [lines, sourceLength] to [lines, targetLength].
    private static void AlongRows(ReadOnlySpan<byte> source, Span<byte> target, int sourceLength, int targetLength)
    {
        var filter = new TriangleFilter(sourceLength, targetLength);
        int[][] weights = Fixed(filter, targetLength);
        for (int line = 0; line < source.Length / sourceLength; line++)
        {
            ReadOnlySpan<byte> from = source.Slice(line * sourceLength, sourceLength);
            Span<byte> to = target.Slice(line * targetLength, targetLength);
            for (int t = 0; t < to.Length; t++)
            {
                int[] row = weights[t];
                ReadOnlySpan<byte> taps = from.Slice(filter.Start(t), row.Length);
                int sum = 1 << (FixedBits - 1);
                for (int k = 0; k < row.Length; k++) sum += row[k] * taps[k];
                to[t] = (byte)Math.Clamp(sum >> FixedBits, 0, 255);
            }
        }
    }

    // [3, sourceLength, width] to [3, targetLength, width].
    private static void AlongColumns(ReadOnlySpan<byte> source, Span<byte> target, int sourceLength, int targetLength, int width)
    {
        var filter = new TriangleFilter(sourceLength, targetLength);
        int[][] weights = Fixed(filter, targetLength);
        int[] sums = new int[width];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int t = 0; t < targetLength; t++)
            {
                Array.Fill(sums, 1 << (FixedBits - 1));
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

    private static int[][] Fixed(TriangleFilter filter, int targetLength)
    {
        int[][] weights = new int[targetLength][];
        for (int t = 0; t < targetLength; t++)
            weights[t] = Array.ConvertAll(filter.Weights(t).ToArray(), w => (int)(w * (1 << FixedBits) + 0.5));
        return weights;
    }

    private static void CheckPlanes(int length, int size, string name)
    {
        if (length != 3 * size * size) throw new ArgumentException($"{length} values for 3x{size}x{size}", name);
    }
}
