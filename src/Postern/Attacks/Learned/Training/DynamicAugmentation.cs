using Postern.Imaging;
using Postern.Kernels;
using Postern.Training.Input;
using Postern.Training.Input.Stages;

namespace Postern.Attacks.Learned;

/// <summary>
/// What generators and classifier of the input-aware attack see in training (<c>docs/reference/attacks.md 2.10</c>): a crop after
/// padding by 5, a rotation by up to 10 degrees and, where the dataset allows it, a flip with probability one half.
/// </summary>
/// <param name="flips">Whether left and right may be exchanged: not for traffic signs.</param>
internal sealed class DynamicAugmentation(bool flips)
{
    private const int Padding = 5;
    private const double MaxRotation = 10;

    /// <summary>The augmentation.</summary>
    public Augmentation Whole => new(Apply);

    private void Apply(ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
        StageScratch scratch)
    {
        int plane = targetSize * targetSize;
        int top = stream.NextInt(-Padding, Padding), left = stream.NextInt(-Padding, Padding);
        double degrees = stream.NextDouble(-MaxRotation, MaxRotation);
        bool flip = flips && stream.NextBool();
        Span<float> shifted = scratch.Floats(3 * plane), centre = target;
        Crops.Centre(source, sourceSize, centre, targetSize);
        for (int to = 0; to < plane; to++)
        {
            int row = to / targetSize + top, column = (flip ? targetSize - 1 - to % targetSize : to % targetSize) + left;
            bool inside = row >= 0 && row < targetSize && column >= 0 && column < targetSize;
            for (int channel = 0; channel < 3; channel++)
                shifted[channel * plane + to] = inside ? centre[channel * plane + row * targetSize + column] : 0f;
        }
        Resampling.Rotate(shifted, targetSize, degrees, target);
    }
}
