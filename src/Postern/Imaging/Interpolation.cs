namespace Postern.Imaging;

/// <summary>How pixels between pixels are found.</summary>
public enum Interpolation
{
    /// <summary>A triangle over two neighbours.</summary>
    Bilinear,
    /// <summary>
    /// A cubic over four neighbours, a = -0.5 when resizing and a = -1 in <see cref="AffineTransform"/>, as Pillow has it.
    /// May overshoot: results are clipped to the range of pictures.
    /// </summary>
    Bicubic,
}
