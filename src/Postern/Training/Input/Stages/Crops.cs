using System.Runtime.CompilerServices;
using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Training.Input.Stages;

/// <summary>Geometric stages that move pixels without inventing values between them.</summary>
public static class Crops
{
    private const int Padding = 4;
    private const double MaxRotation = 15;

    /// <summary>The centre of the stored picture, or all of it where sizes agree.</summary>
    public static void Centre(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize)
    {
        int offset = (sourceSize - targetSize) / 2;
        Shifted(source, sourceSize, target, targetSize, offset, offset, flip: false);
    }

    /// <summary>The centre as a stage; draws nothing.</summary>
    public static void Centre(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
        StageScratch scratch) =>
        Centre(source, sourceSize, target, targetSize);

    /// <summary>What the centre is cut out of.</summary>
    public static PixelBox CentreRegion(int sourceSize, int targetSize, RandomStream stream)
    {
        int offset = (sourceSize - targetSize) / 2;
        return new PixelBox(offset, offset, targetSize, targetSize);
    }

    /// <summary>
    /// Horizontal flip with probability one half, then a random crop after zero padding by 4 (CIFAR-10). The official 32x32
    /// recipe crops first, which is the same in distribution.
    /// </summary>
    public static void FlipCrop(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
        StageScratch scratch)
    {
        bool flip = stream.NextBool();
        RandomCrop(source, sourceSize, target, targetSize, flip, ref stream);
    }

    /// <summary>A random crop after zero padding by 4; no flip, for signs that have a left and a right.</summary>
    public static void Crop(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
        StageScratch scratch) =>
        RandomCrop(source, sourceSize, target, targetSize, flip: false, ref stream);

    /// <summary>Rotation by up to 15 degrees either way, nearest neighbour, zero fill (GTSRB).</summary>
    public static void Rotate(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
        StageScratch scratch)
    {
        double degrees = stream.NextDouble(-MaxRotation, MaxRotation);
        if (sourceSize == targetSize)
        {
            Resampling.Rotate(source, sourceSize, degrees, target);
            return;
        }
        Span<float> rotated = scratch.Floats(source.Length);
        Resampling.Rotate(source, sourceSize, degrees, rotated);
        Centre(rotated, sourceSize, target, targetSize);
    }

    private static void RandomCrop(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, bool flip, ref RandomStream stream)
    {
        int slack = sourceSize - targetSize + 2 * Padding;
        int top = stream.NextInt(slack + 1) - Padding, left = stream.NextInt(slack + 1) - Padding;
        Shifted(source, sourceSize, target, targetSize, top, left, flip);
    }

    /// <summary>target(r, c) = source(r + top, c + left) of the (flipped) picture, 0 outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                if (!flip)
                {
                    from[(firstColumn + left)..(lastColumn + left)].CopyTo(to[firstColumn..]);
                    continue;
                }
                from[(sourceSize - lastColumn - left)..(sourceSize - firstColumn - left)].CopyTo(to[firstColumn..]);
                to[firstColumn..lastColumn].Reverse();
            }
        }
    }
}
