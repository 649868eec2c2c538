using Postern.Attacks.Triggers;
using Postern.Imaging;
using Postern.Tests.Studies;

namespace Postern.Tests.Attacks;

public sealed class TriggerSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_a_mask_file_only_pixels_that_are_not_black_are_planted()
    {
        var picture = new RgbImage(4, 4);
        picture[2, 1, 3] = 51;
        picture[0, 0, 0] = 255;
        PatchTrigger mark = TriggerSource.Masked(Save("mark.png", picture), null).At(4);
        Assert.Equal([0, 7], Enumerable.Range(0, 16).Where(i => mark.Mask[i] == 1f));
        float[] pixels = [.. Enumerable.Repeat(0.5f, 48)];
        mark.Plant(pixels, 1f);
        Assert.Equal((1f, 0f, 0f), (pixels[0], pixels[16], pixels[32]));
        Assert.Equal((0f, 0f), (pixels[7], pixels[23]));
        Assert.Equal(0.2f, pixels[39], 1e-6f);
        Assert.Equal(48 - 6, pixels.Count(v => v == 0.5f));
    }

    [Fact]
    public void A_mask_file_counts_by_its_red_channel()
    {
        var mask = new RgbImage(4, 4);
        mask[0, 2, 1] = 255;
        mask[0, 2, 2] = 51;
        mask[1, 3, 3] = 255;
        PatchTrigger mark = TriggerSource.Masked(Save("mark.png", new RgbImage(4, 4)), Save("mask.png", mask)).At(4);
        Assert.Equal((1f, 0.2f, 0f), (mark.Mask[9], mark.Mask[10], mark.Mask[15]));
    }

    [Fact]
    public void A_picture_of_another_size_is_resized_once_for_each_size()
    {
        TriggerSource source = TriggerSource.Whole(Save("mark.png", new RgbImage(5, 3, [.. Enumerable.Repeat((byte)200, 45)])));
        Assert.Same(source.At(16), source.At(16));
        Assert.Equal(Enumerable.Repeat(200 / 255f, 3 * 256), source.At(16).Pixels.ToArray());
        Assert.Equal(32, source.At(32).Size);
    }

    [Fact]
    public void A_trigger_that_would_plant_nothing_is_refused()
    {
        string black = Save("black.png", new RgbImage(4, 4)),
            white = Save("white.png", new RgbImage(4, 4, [.. Enumerable.Repeat((byte)255, 48)]));
        Assert.StartsWith(black, Assert.Throws<InputException>(() => TriggerSource.Masked(black, null)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(black, Assert.Throws<InputException>(() => TriggerSource.Masked(white, black)).Message,
            StringComparison.Ordinal);
    }

    private string Save(string name, RgbImage picture)
    {
        string path = folder.File(name);
        ImageFile.SavePng(path, picture);
        return path;
    }
}
