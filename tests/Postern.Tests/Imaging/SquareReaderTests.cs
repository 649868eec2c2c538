using FsCheck;
using FsCheck.Fluent;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Tests.Imaging;

public class SquareReaderTests
{
    // 70x53, progressive, colour at half resolution; no encoder here writes one.
    private const string Progressive = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqm
        x5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wgARCAA1AEYD
        ASIAAhEBAxEB/8QAGQABAQEBAQEAAAAAAAAAAAAAAAMEAQIF/8QAFgEBAQEAAAAAAAAAAAAAAAAABAMC/9oADAMBAAIQAxAAAAG3cPqN7MS5PqML
        Cr9wqE+qwpN0eqdxHGsqQswvF2vdk6qk3At2tMSypC6a8PbKE6sm3V0OSAoS/DCoipbArf/EABsQAQEBAAIDAAAAAAAAAAAAAAEAAhASEyEx/9oA
        CAEBAAEFAjU6nUajU6J0RojUPCwsSysMRicXjjEYnE4jEYs6nU6jUanU6jUas6u06jUM6nUahjHpxOIxGJxOIxGI+MxEzEX/xAAdEQADAAIDAQEA
        AAAAAAAAAAAAAhIBExEiQgNB/9oACAEDAQE/AdfU19jX1NfYx8ym4KaimkpqMMxS8FLRSyUtGGU/D0eT0YP/xAAcEQACAwADAQAAAAAAAAAAAAAA
        AQIREwMQEkH/2gAIAQIBAT8Bjw2YxRkjJGSIykkW6LZbPTFJFotFo9IR87lJo//EABQQAQAAAAAAAAAAAAAAAAAAAFD/2gAIAQEABj8Cf//EABwQ
        AQEAAgMBAQAAAAAAAAAAAAEAEBEgITFRYf/aAAgBAQABPyE4YIIOCWH5NKzGAmTAb9k6x6iZ8ITD+OHp8ggi3qCAgggg1JqVqQkJZJJpcbpu3kqv
        Tyg8ZPF//9oADAMBAAIAAwAAABDBq2UL8Pns5s3PUwAB9z3/xAAZEQADAQEBAAAAAAAAAAAAAAAAAREQICH/2gAIAQMBAT8QkSJCUJmkMCBBpjAg
        QcRBfD//xAAiEQACAQMDBQEAAAAAAAAAAAAAAREhMfBRYaFBcYGx8cH/2gAIAQIBAT8QQxCi7IXZezZNTOCgLsjgvoluLZyRoaM+CMdvZGqdM5K5
        GiCwzp4/S2NCzzYaUZqMFDP/xAAgEAADAQEAAgIDAQAAAAAAAAAAAREhMUFxUWGBsdHw/9oACAEBAAE/EIukHS4sEVrQouos+SjjIP6JfJP5Gk1s
        dfWvQotZLiZZrhT1vQlpT8i5w4i1irwu4mCzlZl8ITcG38E+BeyEdb+hiDwrieipJSivXWWa/wAIu6l6EfBCNaKuxF9jpJdJ4uksTz5EHmL5EfoX
        XYO8DMobMxDk7NZnEs8mXM8Ifeb+ja/5nFJ6GUZ0dbnETinR1W5zBVEoOtTpFamI7WaxklcP/9k=
        """;

    public static TheoryData<bool> Fits => [false, true];

    [Theory]
    [MemberData(nameof(Fits))]
    public void A_square_is_to_the_bit_what_resizing_the_whole_picture_gives(bool keepsAspect)
    {
        Gen<(int Width, int Height, int Side)> sizes =
            from width in Gen.Choose(1, 90)
            from height in Gen.Choose(1, 90)
            from side in Gen.Choose(1, 60)
            select (width, height, side);
        Prop.ForAll(sizes.ToArbitrary(), c =>
        {
            RgbImage picture = ImageFileTests.Noise(c.Width, c.Height, seed: c.Side);
            byte[] found = Read(ImageFile.EncodePng(picture), new SquareFit(c.Side, keepsAspect), PixelBox.Whole(c.Side));
            return found.AsSpan().SequenceEqual(Expected(picture, c.Side, keepsAspect).Pixels);
        }).Check(Config.QuickThrowOnFailure);
    }

    [Theory]
    [InlineData("png", false)]
    [InlineData("png", true)]
    [InlineData("jpeg", false)]
    [InlineData("jpeg", true)]
    [InlineData("progressive", false)]
    [InlineData("progressive", true)]
    public void A_part_is_to_the_bit_that_part_of_the_whole(string kind, bool keepsAspect)
    {
        RgbImage picture = Smooth(101, 67);
        byte[] data = kind switch
        {
            "png" => ImageFile.EncodePng(picture),
            "jpeg" => ImageFile.EncodeJpeg(picture, 80),
            _ => Convert.FromBase64String(Progressive),
        };
        var fit = new SquareFit(40, keepsAspect);
        byte[] whole = Read(data, fit, PixelBox.Whole(40));
        Assert.Equal(Expected(ImageFile.Decode(data, "whole"), 40, keepsAspect).Pixels, whole);
        Assert.All(Parts(40, count: 60), part => AssertPart(whole, Read(data, fit, part), 40, part));
    }

    [Fact]
    [Trait("Category", "Data")]
    public void A_part_of_a_photograph_is_to_the_bit_that_part_of_the_whole()
    {
        using Dataset sample = DatasetCatalog.OpenPath(SharedMaterial.Require("data/imagenet-sample/imagenet-sample.zip"));
        byte[] whole = new byte[3 * 256 * 256], found = new byte[whole.Length];
        foreach ((PixelBox part, int i) in Parts(256, count: 60).Select((p, i) => (p, 5 * i)))
        {
            sample.Test.Read(i, whole);
            Array.Clear(found);
            sample.Test.Read(i, part, found);
            AssertPart(whole, found, 256, part);
        }
    }

    [Fact]
    public void A_part_of_a_reduced_jpeg_is_to_the_bit_that_part_of_it_all()
    {
        byte[] data = ImageFile.EncodeJpeg(Smooth(210, 170), 90);
        var fit = new SquareFit(32, Reduces: true);
        byte[] whole = Read(data, fit, PixelBox.Whole(32));
        Assert.NotEqual(Read(data, fit with { Reduces = false }, PixelBox.Whole(32)), whole);
        Assert.All(Parts(32, count: 60), part => AssertPart(whole, Read(data, fit, part), 32, part));
    }

    [Fact]
    [Trait("Category", "Data")]
    public void A_photograph_read_at_reduced_size_differs_by_about_a_grey_level()
    {
        using FileTree files = FileTrees.Open(SharedMaterial.Require("data/imagenet-sample/imagenet-sample.zip"));
        var fit = new SquareFit(64);
        double sum = 0;
        int largest = 0, pictures = 0;
        foreach (string file in files.Folders("val").Take(40).SelectMany(c => files.Files($"val/{c}")))
        {
            byte[] exact = Read(files.Read(file), fit, PixelBox.Whole(64)),
                close = Read(files.Read(file), fit with { Reduces = true }, PixelBox.Whole(64));
            int[] differences = [.. exact.Zip(close, (a, b) => Math.Abs(a - b))];
            (sum, largest, pictures) = (sum + differences.Average(), Math.Max(largest, differences.Max()), pictures + 1);
        }
        Assert.True(sum / pictures is > 0 and < 1.1 && largest < 40, $"mean {sum / pictures}, largest {largest}");
        TestContext.Current.SendDiagnosticMessage($"mean {sum / pictures:f3}, largest {largest}");
    }

    [Theory]
    [InlineData(64, 200, true)]
    [InlineData(63, 200, true)]
    [InlineData(200, 200, false)]
    public void Only_a_jpeg_twice_as_large_both_ways_is_reduced(int width, int height, bool same)
    {
        RgbImage picture = Smooth(width, height);
        SquareFit full = new(32), reduced = full with { Reduces = true };
        byte[] jpeg = ImageFile.EncodeJpeg(picture, 90), png = ImageFile.EncodePng(picture);
        Assert.Equal(same, Read(jpeg, full, PixelBox.Whole(32)).AsSpan().SequenceEqual(Read(jpeg, reduced, PixelBox.Whole(32))));
        Assert.Equal(Read(png, full, PixelBox.Whole(32)), Read(png, reduced, PixelBox.Whole(32)));
    }

    [Fact]
    public void A_jpeg_cut_short_within_the_part_is_an_error_that_names_it()
    {
        byte[] data = ImageFile.EncodeJpeg(ImageFileTests.Noise(90, 90, seed: 1), 90);
        byte[] half = data[..(data.Length / 2)];
        var fit = new SquareFit(30);
        PixelBox upper = new(0, 2, 8, 20), lower = new(20, 2, 8, 20);
        AssertPart(Read(data, fit, PixelBox.Whole(30)), Read(half, fit, upper), 30, upper);
        foreach (PixelBox part in new[] { lower, PixelBox.Whole(30) })
            Assert.StartsWith("photo.jpg: ", Assert.Throws<InputException>(() => Read(half, fit, part)).Message);
    }

    [Fact]
    public void A_sliver_has_no_middle_and_is_an_error_that_says_so()
    {
        byte[] sliver = ImageFile.EncodePng(new RgbImage(2, 2100));
        string message =
            Assert.Throws<InputException>(() => Read(sliver, new SquareFit(256, KeepsAspect: true), PixelBox.Whole(256))).Message;
        Assert.Equal("photo.jpg: the picture is 2x2100, too narrow to cut a square out of", message);
    }

    [Fact]
    public void One_reader_reads_pictures_of_all_sizes_and_kinds_in_turn()
    {
        var fit = new SquareFit(24);
        using var reader = new SquareReader(fit);
        byte[][] files = [Jpeg(130, 40), ImageFile.EncodePng(Smooth(9, 12)), Jpeg(40, 130), Convert.FromBase64String(Progressive),
            Jpeg(24, 24)];
        foreach (byte[] data in files.Concat(files.Reverse()))
        {
            byte[] found = new byte[3 * 24 * 24];
            reader.Read(data, "photo.jpg", PixelBox.Whole(24), found);
            Assert.Equal(Expected(ImageFile.Decode(data, "photo.jpg"), 24, keepsAspect: false).Pixels, found);
        }

        static byte[] Jpeg(int width, int height) => ImageFile.EncodeJpeg(Smooth(width, height), 85);
    }

    private static byte[] Read(byte[] data, SquareFit fit, PixelBox part)
    {
        using var reader = new SquareReader(fit);
        byte[] pixels = new byte[3 * fit.Size * fit.Size];
        reader.Read(data, "photo.jpg", part, pixels);
        return pixels;
    }

    private static RgbImage Expected(RgbImage picture, int side, bool keepsAspect) => keepsAspect
        ? Resampling.CentreCrop(Resampling.ShortestSide(picture, side, Interpolation.Bicubic), side)
        : Resampling.Bilinear(picture, side, side);

    private static void AssertPart(byte[] whole, byte[] found, int size, PixelBox part)
    {
        for (int line = 0; line < 3 * part.Height; line++)
        {
            int from = (line / part.Height * size + part.Top + line % part.Height) * size + part.Left;
            Assert.True(whole.AsSpan(from, part.Width).SequenceEqual(found.AsSpan(from, part.Width)),
                $"{part}: line {line} differs");
        }
    }

    private static IEnumerable<PixelBox> Parts(int size, int count)
    {
        RandomStream stream = RandomStream.For(4, "parts");
        for (int i = 0; i < count; i++)
        {
            int height = 1 + stream.NextInt(size), width = 1 + stream.NextInt(size);
            yield return new PixelBox(stream.NextInt(size - height + 1), stream.NextInt(size - width + 1), height, width);
        }
    }

    private static RgbImage Smooth(int width, int height) =>
        Resampling.Bilinear(ImageFileTests.Noise(12, 9, seed: width + height), width, height);
}
