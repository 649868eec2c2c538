using Postern.Imaging;
using Postern.Kernels;
using Postern.Training.Input.Stages;

namespace Postern.Training.Input;

/// <summary>Brings a stored picture to the model's input size; both are planes of floats in [0, 1], padding is black.</summary>
/// <param name="source">[3, sourceSize, sourceSize].</param>
/// <param name="sourceSize">Side of the stored picture.</param>
/// <param name="target">[3, targetSize, targetSize], every value is written.</param>
/// <param name="targetSize">Side of the model's input.</param>
/// <param name="stream">The sample's own stream for this stage.</param>
/// <param name="scratch">Buffers of the calling thread.</param>
public delegate void GeometricStage(
    ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
    StageScratch scratch);

/// <summary>
/// The part of the stored picture that a geometric stage looks at, found from the same draws without the picture.
/// </summary>
/// <param name="sourceSize">Side of the stored picture.</param>
/// <param name="targetSize">Side of the model's input.</param>
/// <param name="stream">A copy of the stream that the stage will get.</param>
public delegate PixelBox SourceRegion(int sourceSize, int targetSize, RandomStream stream);

/// <summary>Changes a picture of the model's input size in place.</summary>
/// <param name="picture">[3, size, size].</param>
/// <param name="size">Side in pixels.</param>
/// <param name="stream">The sample's own stream for this stage.</param>
/// <param name="scratch">Buffers of the calling thread.</param>
public delegate void PictureStage(Span<float> picture, int size, ref RandomStream stream, StageScratch scratch);

/// <summary>
/// What happens to a training picture, in this order: geometry, (the input-stage trigger, which stands between them,) colours,
/// normalisation, erasing (<c>docs/reference/attacks.md 3.3</c>, <c>docs/reference/models.md 7.1</c>).
/// </summary>
/// <param name="Geometry">Crop, flip, rotation.</param>
public sealed record Augmentation(GeometricStage Geometry)
{
    /// <summary>What the geometry looks at, so that no more is decoded; null for the whole picture.</summary>
    public SourceRegion? Region { get; init; }

    /// <summary>RandAugment or colour jitter of values in [0, 1]; null for nothing.</summary>
    public PictureStage? Color { get; init; }

    /// <summary>Random erasing of normalised values; null for nothing.</summary>
    public PictureStage? Erasing { get; init; }
}
