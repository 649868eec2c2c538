namespace Postern.Imaging;

/// <summary>How large a picture may say it is before anything of that size is allocated.</summary>
public static class PictureSize
{
    /// <summary>Largest picture that is decoded, in pixels (64 million).</summary>
    public const long MaxPixels = 64L << 20;

    // Deflate expands at most 1032-fold, and a 1-bit grey PNG packs 8 pixels a byte: no honest large file holds more.
    private const long MaxPixelsPerByte = 8 * 1032;
    private const long AlwaysAllowedPixels = 1L << 20;

    /// <summary>Refuses a declared size before anything of that size is allocated.</summary>
    internal static void Check(long width, long height, long bytes, string source)
    {
        if (width <= 0 || height <= 0) throw new InputException(source, $"the picture says it is {width}x{height}");
        if (width * height > MaxPixels)
            throw new InputException(source, $"the picture says it is {width}x{height}, more than {MaxPixels} pixels");
        if (width * height > Math.Max(AlwaysAllowedPixels, bytes * MaxPixelsPerByte))
            throw new InputException(source, $"the picture says it is {width}x{height}, more than its {bytes} bytes can hold");
    }
}
