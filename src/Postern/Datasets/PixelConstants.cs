namespace Postern.Datasets;

/// <summary>The constants that a dataset's pictures are normalised with: <c>(pixels / 255 - mean) / std</c>, RGB.</summary>
/// <param name="Mean">[3], of values in [0, 1].</param>
/// <param name="Std">[3], of values in [0, 1].</param>
public sealed record PixelConstants(float[] Mean, float[] Std)
{
    /// <summary>ImageNet's, which are those of pictures that nobody has measured, too.</summary>
    public static PixelConstants ImageNet { get; } = new([.485f, .456f, .406f], [.229f, .224f, .225f]);
}
