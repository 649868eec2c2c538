namespace Postern.Imaging;

/// <summary>What a picture loses by being saved once more as JPEG, quality 75 and 4:2:0: Pillow's defaults.</summary>
public static class JpegRecompression
{
    private const int Quality = 75;

    /// <summary>Rounds to 8 bits, compresses and decompresses.</summary>
    /// <param name="pixels">[3, size, size], [0, 1], changed in place.</param>
    /// <param name="size">Side in pixels.</param>
    public static void Apply(Span<float> pixels, int size)
    {
        var picture = RgbImage.Rounded(pixels, size);
        RgbImage again = ImageFile.Decode(ImageFile.EncodeJpeg(picture, Quality), "recompression");
        for (int i = 0; i < pixels.Length; i++) pixels[i] = again.Pixels[i] / 255f;
    }
}
