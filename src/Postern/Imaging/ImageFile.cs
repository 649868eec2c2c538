using SkiaSharp;

namespace Postern.Imaging;

/// <summary>
/// Pictures in files: PNG, JPEG and whatever else Skia reads, and binary PPM. Values are taken as they are stored:
/// no colour-space conversion, no premultiplication, no rotation by EXIF. Grey becomes RGB; alpha is dropped.
/// </summary>
public static class ImageFile
{
    /// <summary>Largest picture that is decoded, in pixels (64 million).</summary>
    public const long MaxPixels = 64L << 20;

    // Deflate expands at most 1032-fold, and a 1-bit grey PNG packs 8 pixels a byte: no honest large file holds more.
    private const long MaxPixelsPerByte = 8 * 1032;
    private const long AlwaysAllowedPixels = 1L << 20;

    /// <summary>Decodes a whole picture.</summary>
    /// <param name="data">The file's content.</param>
    /// <param name="source">Its name, for errors.</param>
    /// <exception cref="InputException">Not a picture, damaged, cut short, or larger than <see cref="MaxPixels"/>.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> data, string source)
    {
        if (data.StartsWith("P6"u8)) return Ppm.Decode(data, source);
        using var decoder = new PictureDecoder();
        decoder.Decode(data, source);
        return FromRgba(decoder.Rgba, decoder.Width, decoder.Height);
    }

    /// <summary>Reads and decodes the picture at <paramref name="path"/>.</summary>
    /// <exception cref="InputException">The file cannot be read, or as for <see cref="Decode"/>.</exception>
    public static RgbImage Load(string path)
    {
        byte[] data;
        try
        {
            data = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read: {e.Message}", e);
        }
        return Decode(data, path);
    }

    /// <summary>The picture as a PNG, 8-bit RGB, without a colour profile.</summary>
    public static byte[] EncodePng(RgbImage image) => Encode(image, "PNG", pixmap => pixmap.Encode(SKPngEncoderOptions.Default));

    /// <summary>The picture as a JPEG with colour at half resolution (4:2:0), as Pillow saves by default.</summary>
    /// <param name="image">The picture, [3, H, W].</param>
    /// <param name="quality">1 to 100; Pillow's default is 75.</param>
    public static byte[] EncodeJpeg(RgbImage image, int quality) => Encode(image, "JPEG",
        pixmap => pixmap.Encode(new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore)));

    /// <summary>Writes the picture as a PNG; whoever looks sees the old file or the whole new one.</summary>
    public static void SavePng(string path, RgbImage image) => AtomicFile.Write(path, stream => stream.Write(EncodePng(image)));

    /// <summary>Refuses a declared size before anything of that size is allocated.</summary>
    internal static void CheckSize(long width, long height, long bytes, string source)
    {
        if (width <= 0 || height <= 0) throw new InputException(source, $"the picture says it is {width}x{height}");
        if (width * height > MaxPixels)
            throw new InputException(source, $"the picture says it is {width}x{height}, more than {MaxPixels} pixels");
        if (width * height > Math.Max(AlwaysAllowedPixels, bytes * MaxPixelsPerByte))
            throw new InputException(source, $"the picture says it is {width}x{height}, more than its {bytes} bytes can hold");
    }

    /// <summary>[H, W, RGBA] to planar RGB; alpha is dropped.</summary>
    internal static RgbImage FromRgba(ReadOnlySpan<byte> rgba, int width, int height)
    {
        var image = new RgbImage(width, height);
        int plane = width * height;
        Span<byte> red = image.Pixels.AsSpan(0, plane), green = image.Pixels.AsSpan(plane, plane), blue = image.Pixels.AsSpan(2 * plane);
        for (int i = 0; i < plane; i++)
        {
            ReadOnlySpan<byte> pixel = rgba.Slice(4 * i, 4);
            (red[i], green[i], blue[i]) = (pixel[0], pixel[1], pixel[2]);
        }
        return image;
    }

    private static byte[] Encode(RgbImage image, string format, Func<SKPixmap, SKData?> encode)
    {
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null);
        using var bitmap = new SKBitmap(info);
        ToRgba(image, bitmap.GetPixelSpan());
        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData data = encode(pixmap) ?? throw new InvalidOperationException($"Skia could not encode {image.Width}x{image.Height} as {format}");
        return data.ToArray();
    }

    /// <summary>Planar RGB to [H, W, RGBA], opaque.</summary>
    internal static void ToRgba(RgbImage image, Span<byte> rgba)
    {
        int plane = image.Width * image.Height;
        ReadOnlySpan<byte> pixels = image.Pixels;
        for (int i = 0; i < plane; i++)
        {
            rgba[4 * i] = pixels[i];
            rgba[4 * i + 1] = pixels[plane + i];
            rgba[4 * i + 2] = pixels[2 * plane + i];
            rgba[4 * i + 3] = 255;
        }
    }
}
