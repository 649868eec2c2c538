using SkiaSharp;

namespace Postern.Imaging;

/// <summary>
/// Pictures in files: PNG, JPEG and whatever else Skia reads, and binary PPM. Values are taken as they are stored:
/// no colour-space conversion, no premultiplication, no rotation by EXIF. Grey becomes RGB; alpha is dropped.
/// </summary>
public static class ImageFile
{
    /// <summary>Decodes a whole picture.</summary>
    /// <param name="data">The file's content.</param>
    /// <param name="source">Its name, for errors.</param>
    /// <exception cref="InputException">Not a picture, damaged, cut short, or larger than
    /// <see cref="PictureSize.MaxPixels"/>.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> data, string source)
    {
        if (Ppm.Begins(data)) return Ppm.Decode(data, source);
        using var decoder = new PictureDecoder();
        decoder.Decode(data, source);
        return RgbImage.FromRgba(decoder.Rgba, decoder.Width, decoder.Height);
    }

    /// <summary>Width and height of a picture, from its header.</summary>
    /// <exception cref="InputException">Not a picture, or a damaged header; the message names
    /// <paramref name="source"/>.</exception>
    internal static (int Width, int Height) SizeOf(ReadOnlySpan<byte> data, string source)
    {
        if (Ppm.Begins(data))
        {
            RgbImage picture = Ppm.Decode(data, source);
            return (picture.Width, picture.Height);
        }
        using SKData bytes = SKData.CreateCopy(data);
        using SKCodec codec = SKCodec.Create(bytes) ?? throw new InputException(source, "not a picture in a known format");
        return (codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Reads and decodes the picture at <paramref name="path"/>.</summary>
    /// <exception cref="InputException">The file cannot be read, or as for <see cref="Decode"/>.</exception>
    public static RgbImage Load(string path) => Decode(Read(path), path);

    /// <summary>The same with its alpha, and whether its format changes pixels when it is written.</summary>
    /// <returns>
    /// The colours as they are stored; alpha [H, W], 0..255, or null where every pixel is opaque; the lossy format's name, or
    /// null for one that keeps pixels.
    /// </returns>
    /// <exception cref="InputException">The file cannot be read, or as for <see cref="Decode"/>.</exception>
    internal static (RgbImage Picture, byte[]? Alpha, string? Lossy) LoadWithAlpha(string path)
    {
        byte[] data = Read(path);
        using var decoder = new PictureDecoder();
        decoder.Decode(data, path);
        RgbImage picture = RgbImage.FromRgba(decoder.Rgba, decoder.Width, decoder.Height);
        byte[] alpha = new byte[decoder.Width * decoder.Height];
        for (int i = 0; i < alpha.Length; i++) alpha[i] = decoder.Rgba[4 * i + 3];
        return (picture, alpha.AsSpan().ContainsAnyExcept((byte)255) ? alpha : null, Lossy(data));
    }

    private static string? Lossy(ReadOnlySpan<byte> data) =>
        data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "JPEG"
        : data.Length > 16 && data.StartsWith("RIFF"u8) && data[8..].StartsWith("WEBPVP8 "u8) ? "lossy WebP" : null;

    private static byte[] Read(string path)
    {
        try
        {
            return PlainFile.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The picture as a PNG, 8-bit RGB, without a colour profile.</summary>
    public static byte[] EncodePng(RgbImage image) => Encode(image, "PNG", pixmap => pixmap.Encode(SKPngEncoderOptions.Default));

    /// <summary>The picture as a JPEG with colour at half resolution (4:2:0), as Pillow saves by default.</summary>
    /// <param name="image">The picture, [3, H, W].</param>
    /// <param name="quality">1 to 100; Pillow's default is 75.</param>
    public static byte[] EncodeJpeg(RgbImage image, int quality) => Encode(image, "JPEG",
        pixmap =>
            pixmap.Encode(
                new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore)));

    /// <summary>Writes the picture as a PNG; whoever looks sees the old file or the whole new one.</summary>
    public static void SavePng(string path, RgbImage image) => AtomicFile.Write(path, stream => stream.Write(EncodePng(image)));

    private static byte[] Encode(RgbImage image, string format, Func<SKPixmap, SKData?> encode)
    {
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null);
        using var bitmap = new SKBitmap(info);
        image.CopyToRgba(bitmap.GetPixelSpan());
        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData data = encode(pixmap)
            ?? throw new InvalidOperationException($"Skia could not encode {image.Width}x{image.Height} as {format}");
        return data.ToArray();
    }
}
