using System.Runtime.CompilerServices;
using Postern.Imaging;
using Postern.Tests.Attacks;
using SkiaSharp;

namespace Postern.Tests.Imaging;

/// <summary>Pictures that end early, of which only a part is wanted.</summary>
public class CutPictureTests
{
    [Fact]
    public void A_part_of_a_picture_that_ends_early_is_refused()
    {
        const int side = 96;
        byte[] whole = ImageFile.EncodeJpeg(RgbImage.Rounded(RandomPicture.Draw(side, 1).Pixels, side), 90);
        using var decoder = new PictureDecoder();
        var part = new PixelBox(20, 30, 60, 40);
        decoder.Decode(whole, "whole.jpg", (_, _) => part);
        for (int length = whole.Length / 4; length < whole.Length / 2; length += 7)
        {
            byte[] cut = whole[..length];
            Assert.Contains("cut short",
                Assert.Throws<InputException>(() => decoder.Decode(cut, "cut.jpg", (_, _) => part)).Message,
                StringComparison.Ordinal);
        }
        decoder.Decode(whole, "whole.jpg", (_, _) => part);
        Assert.True(decoder.Part.Width >= part.Width && decoder.Part.Height == part.Height);
    }

    /// <summary>
    /// SkiaSharp hands Skia the address of a rectangle on its stack, and Skia reads it once more where rows are missing, unless
    /// memory counts as cleared. With <see cref="SKZeroInitialized.No"/> this test ends the process by SIGSEGV.
    /// </summary>
    [Fact]
    public unsafe void Skia_writes_nothing_past_the_rows_of_a_part_whatever_has_become_of_the_rectangle()
    {
        const int side = 256, left = 32, width = 64, rows = 200, room = 4 * width * rows, guard = 1 << 20;
        byte[] whole = ImageFile.EncodeJpeg(RgbImage.Rounded(RandomPicture.Draw(side, 1).Pixels, side), 90);
        using var data = SKData.CreateCopy(whole.AsSpan(0, whole.Length / 2));
        using var codec = SKCodec.Create(data);
        byte[] memory = new byte[room + guard];
        memory.AsSpan(room).Fill(0xab);
        var options = new SKCodecOptions(SKZeroInitialized.Yes, new SKRectI(left, 0, left + width, side));
        Assert.Equal(SKCodecResult.Success, Start(codec, side, options));
        Overwrite(stackalloc int[4000]);
        int decoded;
        fixed (byte* rowsAt = memory) decoded = codec.GetScanlines((nint)rowsAt, rows, 4 * width);
        Assert.InRange(decoded, 1, rows - 1);
        Assert.Equal(-1, memory.AsSpan(room).IndexOfAnyExcept((byte)0xab));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SKCodecResult Start(SKCodec codec, int side, SKCodecOptions options) => codec.StartScanlineDecode(
        new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null), options);

    /// <summary>A rectangle 2,000 columns wide wherever the old one may have been.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Overwrite(Span<int> stack)
    {
        for (int i = 0; i < stack.Length; i++) stack[i] = i % 4 == 2 ? 2000 : 0;
    }
}
