using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Training.Input.Stages;

/// <summary>
/// The middle of the stored picture, resized bicubically to the input: an evaluation that sees more (or less) of a picture than
/// as many pixels as the input has. Draws nothing.
/// </summary>
/// <param name="Side">Side of the middle in pixels, at most that of the stored picture.</param>
public sealed record ResizedMiddle(int Side)
{
    /// <summary>The stage.</summary>
    public void Apply(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
        StageScratch scratch)
    {
        int offset = (sourceSize - Side) / 2;
        scratch.Resizer.Apply(source, sourceSize, offset, offset, Side, Side, Interpolation.Bicubic, target, targetSize);
    }

    /// <summary>The middle.</summary>
    public PixelBox Region(int sourceSize, int targetSize, RandomStream stream) =>
        new((sourceSize - Side) / 2, (sourceSize - Side) / 2, Side, Side);
}
