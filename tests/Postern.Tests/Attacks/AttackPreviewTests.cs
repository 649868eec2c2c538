using Postern.Attacks;
using Postern.Imaging;

namespace Postern.Tests.Attacks;

public class AttackPreviewTests
{
    [Fact]
    public void A_row_shows_clean_triggered_and_the_residual_around_grey()
    {
        var grey = new RgbImage(32, 32, [.. Enumerable.Repeat((byte)100, 3 * 32 * 32)]);
        AttackPreview preview = AttackPreview.Of(SampleAttacks.Make("patch-pixel", ("intensity", "8")), [grey, grey]);
        int zoom = 4, step = 32 * zoom + 2;
        Assert.Equal((3 * step + 2, 2 * step + 2), (preview.Sheet.Width, preview.Sheet.Height));
        Assert.Equal((100, 108, 128 + 80),
            (preview.Sheet[0, 2, 2], preview.Sheet[0, 2, 2 + step], preview.Sheet[0, 2, 2 + 2 * step]));
        Assert.Equal((100, 100, 128),
            (preview.Sheet[0, 2, 2 + zoom], preview.Sheet[0, 2, 2 + step + zoom], preview.Sheet[0, 2, 2 + 2 * step + zoom]));
        Assert.Equal(2, preview.Changes.Count);
        Assert.Equal(0.25, preview.Changes[0].ChangedPixels);
        Assert.Equal(8 / 255.0, preview.Changes[0].LInf, 1e-6);
        Assert.Equal(-10 * Math.Log10(Math.Pow(8 / 255.0, 2) / 4), preview.Changes[0].Psnr, 1e-4);
    }

    [Fact]
    public void A_stored_trigger_is_shown_as_the_model_s_crop_sees_it()
    {
        var grey = new RgbImage(256, 256, [.. Enumerable.Repeat((byte)100, 3 * 256 * 256)]);
        AttackPreview preview = AttackPreview.Of(SampleAttacks.Make("badnets"), [grey], inputSize: 224);
        Assert.Equal(3 * 226 + 2, preview.Sheet.Width);
        Assert.Equal(4 * 81 / (224.0 * 224), preview.Changes[0].ChangedPixels, 1e-9);
        Assert.Equal(255, preview.Sheet[0, 2, 2 + 226 + 8]);
    }

    [Fact]
    public void A_preview_shows_what_the_test_picture_of_that_index_gets()
    {
        Attack attack = SampleAttacks.Make("refool");
        var grey = new RgbImage(32, 32, [.. Enumerable.Repeat((byte)100, 3 * 32 * 32)]);
        float[] expected = [.. Enumerable.Repeat(100 / 255f, 3 * 32 * 32)];
        attack.ApplyTest(7, expected, 32);
        RgbImage sheet = AttackPreview.Of(attack, [grey], indices: [7]).Sheet;
        Assert.Equal(expected.Take(32).Select(v => (byte)MathF.Round(v * 255f)),
            Enumerable.Range(0, 32).Select(c => sheet[0, 2, 2 + 130 + 4 * c]));
    }

    [Fact]
    public void An_unchanged_picture_has_no_noise()
    {
        float[] pixels = RandomPicture.Draw(8, 1).Pixels;
        Assert.Equal(new TriggerChange(double.PositiveInfinity, 1, 0, 0), TriggerChange.Between(pixels, pixels));
    }

    [Fact]
    public void A_picture_that_is_not_square_is_refused() =>
        Assert.Throws<ArgumentException>(() => AttackPreview.Of(SampleAttacks.Make("badnets"), [new RgbImage(32, 31)]));
}
