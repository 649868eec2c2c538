using Postern.Imaging;
using Postern.Tests.Attacks;

namespace Postern.Tests.Imaging;

/// <summary>Pictures that end early, of which only a part is wanted.</summary>
public class CutPictureTests
{
    [Fact]
    public void A_part_of_a_picture_that_ends_early_is_refused_and_nothing_is_written_beside_the_memory()
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
}
