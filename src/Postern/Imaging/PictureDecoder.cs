using SkiaSharp;

namespace Postern.Imaging;

/// <summary>
/// Decodes pictures in files, or a part of each, again and again into one buffer: one for each thread. Values are taken as they
/// are stored, see <see cref="ImageFile"/>. Of a JPEG, rows and columns outside the part are neither transformed nor coloured,
/// and what comes after its last row is not even read; the pixels of the part are those of the whole picture to the bit.
/// </summary>
internal sealed class PictureDecoder : IDisposable
{
    private const int BytesPerPixel = 4;

    // Colour at half resolution is interpolated from the neighbouring blocks, which must be decoded too.
    private const int Margin = 16;

    // Eighths of a side at which a JPEG can be decoded.
    private const int Eighths = 8;

    // Used as memory only, so that a picture that does not fit is refused rather than fatal.
    private readonly SKBitmap memory = new();

    /// <summary>Size of the decoded picture, of which only <see cref="Part"/> need be there.</summary>
    public int Width { get; private set; }

    /// <summary>Size of the decoded picture, of which only <see cref="Part"/> need be there.</summary>
    public int Height { get; private set; }

    /// <summary>The part that was decoded: at least what was asked for.</summary>
    public PixelBox Part { get; private set; }

    /// <summary>The decoded part, [Part.Height, Part.Width, RGBA], valid until the next picture.</summary>
    public ReadOnlySpan<byte> Rgba => memory.GetPixelSpan()[..(BytesPerPixel * Part.Width * Part.Height)];

    /// <summary>Decodes a part of a picture.</summary>
    /// <param name="data">The file's content.</param>
    /// <param name="source">Its name, for errors.</param>
    /// <param name="partOf">
    /// Which part, told the width and height of the decoded picture, once, before it is decoded; null for all of it.
    /// </param>
    /// <param name="enough">
    /// A JPEG whose sides are both larger than this is decoded at the fewest eighths of its size that leave both at least this;
    /// null for full size.
    /// </param>
    /// <exception cref="InputException">Not a picture, damaged, cut short, or larger than
    /// <see cref="PictureSize.MaxPixels"/>.</exception>
    public void Decode(ReadOnlySpan<byte> data, string source, Func<int, int, PixelBox>? partOf = null, int? enough = null)
    {
        if (Ppm.Begins(data))
        {
            RgbImage picture = Ppm.Decode(data, source);
            partOf?.Invoke(picture.Width, picture.Height);
            Reserve(picture.Width, picture.Height, new PixelBox(0, 0, picture.Height, picture.Width), source);
            picture.CopyToRgba(memory.GetPixelSpan());
            return;
        }
        if (data.IsEmpty) throw new InputException(source, "the file is empty, expected a picture");
        using SKData bytes = SKData.CreateCopy(data);
        using SKCodec codec = SKCodec.Create(bytes)
            ?? throw new InputException(source, "not a picture in a known format (PNG, JPEG, PPM), or its header is damaged");
        PictureSize.Check(codec.Info.Width, codec.Info.Height, data.Length, source);

        bool jpeg = codec.EncodedFormat == SKEncodedImageFormat.Jpeg;
        SKSizeI size = jpeg && enough is int side ? Reduced(codec, side) : codec.Info.Size;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        var whole = new PixelBox(0, 0, size.Height, size.Width);
        PixelBox wanted = partOf?.Invoke(size.Width, size.Height) ?? whole;
        if (jpeg && wanted != whole && TryPart(codec, info, wanted, source)) return;
        Reserve(size.Width, size.Height, whole, source);
        Check(codec.GetPixels(info, memory.GetPixels()), source);
    }

    /// <summary>Releases the buffer.</summary>
    public void Dispose() => memory.Dispose();

    /// <summary>
    /// Decodes the rows of a part with the columns around it; false where this file's kind cannot be decoded so.
    /// </summary>
    private bool TryPart(SKCodec codec, SKImageInfo info, PixelBox wanted, string source)
    {
        int left = Math.Max(0, wanted.Left - Margin), right = Math.Min(info.Width, wanted.Right + Margin);
        // Memory that counts as cleared is not cleared again where rows are missing. Skia would clear as many columns as a
        // rectangle says that SkiaSharp handed it by address, and that is gone by then: it writes past the end of the memory.
        var columns = new SKCodecOptions(SKZeroInitialized.Yes, new SKRectI(left, 0, right, info.Height));
        if (codec.StartScanlineDecode(info, columns) != SKCodecResult.Success) return false;
        Reserve(info.Width, info.Height, wanted with { Left = left, Width = right - left }, source);
        if (wanted.Top > 0 && !codec.SkipScanlines(wanted.Top)) return false;
        int rows = codec.GetScanlines(memory.GetPixels(), wanted.Height, BytesPerPixel * Part.Width);
        return rows == wanted.Height ? true : throw new InputException(source, "the picture is cut short or damaged");
    }

    private static SKSizeI Reduced(SKCodec codec, int side)
    {
        for (int eighths = 1; eighths < Eighths; eighths++)
        {
            SKSizeI size = codec.GetScaledDimensions((float)eighths / Eighths);
            if (Math.Min(size.Width, size.Height) >= side) return size;
        }
        return codec.Info.Size;
    }

    private static void Check(SKCodecResult result, string source)
    {
        if (result == SKCodecResult.IncompleteInput) throw new InputException(source, "the picture is cut short");
        if (result != SKCodecResult.Success) throw new InputException(source, $"the picture is damaged ({result})");
    }

    private void Reserve(int width, int height, PixelBox part, string source)
    {
        (Width, Height, Part) = (width, height, part);
        if (memory.ByteCount >= (long)BytesPerPixel * part.Width * part.Height) return;
        if (!memory.TryAllocPixels(new SKImageInfo(part.Width, part.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul)))
            throw new InputException(source, $"no memory for a picture of {width}x{height}");
    }
}
