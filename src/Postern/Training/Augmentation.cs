using Postern.Configuration;
using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Training;

/// <summary>
/// Brings a stored picture to the model's input: float planes [3, S, S] in [0, 1] to [3, T, T]. It runs after poisoning and
/// before normalisation, so padding is black (<c>attacks.md</c> 1.1).
/// </summary>
/// <param name="source">[3, sourceSize, sourceSize].</param>
/// <param name="sourceSize">Side of the stored picture.</param>
/// <param name="target">[3, targetSize, targetSize].</param>
/// <param name="targetSize">Side of the model's input.</param>
/// <param name="stream">The sample's own stream.</param>
public delegate void Augmentation(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream);

/// <summary>The light augmentations of the field.</summary>
public static class Augmentations
{
    private const int Padding = 4;
    private const double MaxRotation = 15;

    /// <summary>The augmentation called <paramref name="name"/>.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public static Augmentation Find(string name) => name switch
    {
        "none" => Centre,
        "flip-crop" => FlipCrop,
        "crop" => Crop,
        "rotate" => Rotate,
        "resized-crop" => ResizedCrop,
        _ => throw new InputException("augment", $"'{name}' is not an augmentation{NearestName.Hint(name, ["none", "flip-crop", "crop", "rotate", "resized-crop"])}"),
    };

    /// <summary>The centre of the stored picture, or all of it where sizes agree: evaluation's transform.</summary>
    public static void Centre(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream)
    {
        int offset = (sourceSize - targetSize) / 2;
        Shifted(source, sourceSize, target, targetSize, offset, offset, flip: false);
    }

    /// <summary>Horizontal flip with probability one half, then a random crop after zero padding by 4 (CIFAR-10).</summary>
    public static void FlipCrop(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream)
    {
        bool flip = stream.NextBool();
        RandomCrop(source, sourceSize, target, targetSize, flip, ref stream);
    }

    /// <summary>A random crop after zero padding by 4; no flip, for signs that have a left and a right.</summary>
    public static void Crop(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream) =>
        RandomCrop(source, sourceSize, target, targetSize, flip: false, ref stream);

    /// <summary>Rotation by up to 15 degrees either way, nearest neighbour, zero fill (GTSRB).</summary>
    public static void Rotate(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream)
    {
        double degrees = stream.NextDouble(-MaxRotation, MaxRotation);
        if (sourceSize == targetSize)
        {
            Resampling.Rotate(source, sourceSize, degrees, target);
            return;
        }
        float[] rotated = new float[source.Length];
        Resampling.Rotate(source, sourceSize, degrees, rotated);
        Centre(rotated, sourceSize, target, targetSize, ref stream);
    }

    /// <summary>
    /// A crop of 8 to 100% of the area and aspect 3/4 to 4/3, resized to the input, then a flip with probability one half (ImageNet).
    /// </summary>
    public static void ResizedCrop(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream)
    {
        (int top, int left, int height, int width) = (0, 0, sourceSize, sourceSize);
        for (int attempt = 0; attempt < 10; attempt++)
        {
            double area = stream.NextDouble(0.08, 1.0) * sourceSize * sourceSize;
            double aspect = Math.Exp(stream.NextDouble(Math.Log(3.0 / 4), Math.Log(4.0 / 3)));
            int w = (int)Math.Round(Math.Sqrt(area * aspect)), h = (int)Math.Round(Math.Sqrt(area / aspect));
            if (w <= 0 || h <= 0 || w > sourceSize || h > sourceSize) continue;
            (top, left, height, width) = (stream.NextInt(sourceSize - h + 1), stream.NextInt(sourceSize - w + 1), h, w);
            break;
        }
        bool flip = stream.NextBool();
        Resampling.ResizedCrop(source, sourceSize, top, left, height, width, target, targetSize);
        if (!flip) return;
        for (int row = 0; row < 3 * targetSize; row++) target.Slice(row * targetSize, targetSize).Reverse();
    }

    private static void RandomCrop(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, bool flip, ref RandomStream stream)
    {
        int slack = sourceSize - targetSize + 2 * Padding;
        int top = stream.NextInt(slack + 1) - Padding, left = stream.NextInt(slack + 1) - Padding;
        Shifted(source, sourceSize, target, targetSize, top, left, flip);
    }

    /// <summary>target(r, c) = source(r + top, c + left) of the (flipped) picture, 0 outside.</summary>
    private static void Shifted(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, int top, int left, bool flip)
    {
        target.Clear();
        int firstColumn = Math.Max(0, -left), lastColumn = Math.Min(targetSize, sourceSize - left);
        for (int channel = 0; channel < 3; channel++)
        {
            for (int row = Math.Max(0, -top); row < Math.Min(targetSize, sourceSize - top); row++)
            {
                ReadOnlySpan<float> from = source.Slice((channel * sourceSize + row + top) * sourceSize, sourceSize);
                Span<float> to = target.Slice((channel * targetSize + row) * targetSize, targetSize);
                if (!flip) from[(firstColumn + left)..(lastColumn + left)].CopyTo(to[firstColumn..]);
                else for (int c = firstColumn; c < lastColumn; c++) to[c] = from[sourceSize - 1 - (c + left)];
            }
        }
    }
}
