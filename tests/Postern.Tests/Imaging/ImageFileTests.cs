using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Postern.Imaging;
using Postern.Kernels;
using SkiaSharp;

namespace Postern.Tests.Imaging;

public class ImageFileTests
{
    [Fact]
    public void Png_gives_back_every_byte()
    {
        RgbImage image = Noise(23, 17, seed: 1);
        RgbImage back = ImageFile.Decode(ImageFile.EncodePng(image), "noise.png");
        Assert.Equal((23, 17), (back.Width, back.Height));
        Assert.Equal(image.Pixels, back.Pixels);
    }

    [Fact]
    public void Saving_replaces_the_old_file_and_leaves_nothing_else_behind()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "picture.png");
        ImageFile.SavePng(path, Noise(4, 4, seed: 1));
        RgbImage second = Noise(5, 6, seed: 2);
        ImageFile.SavePng(path, second);
        Assert.Equal(second.Pixels, ImageFile.Load(path).Pixels);
        Assert.Single(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Transparent_pixels_keep_their_colour()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(2, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.SetPixel(0, 0, new SKColor(200, 100, 50, 3));
        bitmap.SetPixel(1, 0, new SKColor(10, 20, 30, 255));
        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData png = pixmap.Encode(SKPngEncoderOptions.Default)!;
        Assert.Equal([200, 10, 100, 20, 50, 30], ImageFile.Decode(png.AsSpan(), "alpha.png").Pixels);
    }

    [Fact]
    public void Grey_jpeg_becomes_three_equal_planes()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(16, 16, SKColorType.Gray8, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(90, 90, 90));
        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        RgbImage image = ImageFile.Decode(jpeg.AsSpan(), "grey.jpg");
        Assert.All(image.Pixels, value => Assert.InRange(value, 88, 92));
        Assert.Equal(image.Pixels[..256], image.Pixels[512..]);
    }

    [Fact]
    public void A_file_cut_short_is_an_error_that_names_it()
    {
        byte[] png = ImageFile.EncodePng(Noise(32, 32, seed: 3));
        var error = Assert.Throws<InputException>(() => ImageFile.Decode(png.AsSpan(0, png.Length / 2), "half.png"));
        Assert.StartsWith("half.png: ", error.Message);
    }

    [Theory]
    [InlineData("not a picture at all")]
    [InlineData("")]
    [InlineData("P6")]
    public void Something_else_is_an_error_that_names_the_file(string content)
    {
        var error =
            Assert.Throws<InputException>(() => ImageFile.Decode(System.Text.Encoding.ASCII.GetBytes(content), "odd.jpg"));
        Assert.StartsWith("odd.jpg: ", error.Message);
    }

    [Fact]
    public void A_missing_file_is_an_error_that_names_it() =>
        Assert.StartsWith("/no/such.png: ", Assert.Throws<InputException>(() => ImageFile.Load("/no/such.png")).Message);

    [Fact]
    public void A_size_that_the_bytes_cannot_hold_is_refused_before_it_is_allocated()
    {
        byte[] png = ImageFile.EncodePng(Noise(8, 8, seed: 4));
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 7000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 7000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("7000x7000", Assert.Throws<InputException>(() => ImageFile.Decode(png, "bomb.png")).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Damaged_pictures_decode_or_are_input_errors_and_nothing_else()
    {
        byte[][] files =
            [ImageFile.EncodePng(Noise(12, 12, seed: 5)), Jpeg(), "P6\n# made here\n3 2\n255\nabcdefghijklmnopqr"u8.ToArray()];
        Gen<byte[]> damaged = from file in Gen.Elements(files)
                              from cut in Gen.Choose(1, file.Length)
                              from at in Gen.Choose(0, cut - 1)
                              from value in Gen.Choose(0, 255)
                              select Change(file[..cut], at, (byte)value);
        Prop.ForAll(damaged.ToArbitrary(), data =>
        {
            try
            {
                return ImageFile.Decode(data, "damaged") is not null;
            }
            catch (InputException error)
            {
                return error.Message.StartsWith("damaged: ", StringComparison.Ordinal);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        static byte[] Jpeg()
        {
            using var bitmap = new SKBitmap(new SKImageInfo(12, 12, SKColorType.Rgba8888, SKAlphaType.Opaque));
            bitmap.Erase(SKColors.Orange);
            using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 75);
            return jpeg.ToArray();
        }

        static byte[] Change(byte[] data, int at, byte value)
        {
            data[at] = value;
            return data;
        }
    }

    // PNG's checksum (ISO 3309), so that only the size is wrong.
    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }

    internal static RgbImage Noise(int width, int height, long seed)
    {
        var image = new RgbImage(width, height);
        RandomStream stream = RandomStream.For(seed, "test");
        foreach (ref byte value in image.Pixels.AsSpan()) value = (byte)stream.NextInt(256);
        return image;
    }
}
