using Postern.Attacks;
using Postern.Imaging;

namespace Postern.Tests.Attacks;

public class AttackPreviewTests
{
    // Of the sheet's last row: its pictures are this far from the lower edge, from the left and from one another.
    private const int Margin = 16, Gap = 10;

    private static int Pixel(AttackPreview preview, int side, int column, int x, int y = 0) =>
        preview.Sheet[0, preview.Sheet.Height - Margin - side + y, Margin + column * (side + Gap) + x];

    [Fact]
    public void A_row_shows_clean_triggered_and_the_change_around_grey_at_a_factor_that_does_not_saturate()
    {
        var grey = new RgbImage(32, 32, [.. Enumerable.Repeat((byte)100, 3 * 32 * 32)]);
        AttackPreview preview = AttackPreview.Of(SampleAttacks.Make("patch-pixel", ("intensity", "8")), [grey, grey]);
        const int zoom = 4, side = 32 * zoom;
        Assert.Equal(2 * Margin + 3 * side + 2 * Gap, preview.Sheet.Width);
        Assert.Equal((100, 108, 128 + 15 * 8),
            (Pixel(preview, side, 0, 0), Pixel(preview, side, 1, 0), Pixel(preview, side, 2, 0)));
        Assert.Equal((100, 100, 128),
            (Pixel(preview, side, 0, zoom), Pixel(preview, side, 1, zoom), Pixel(preview, side, 2, zoom)));
        Assert.Equal(2, preview.Changes.Count);
        Assert.Equal(0.25, preview.Changes[0].ChangedPixels);
        Assert.Equal(8 / 255.0, preview.Changes[0].LInf, 1e-6);
        Assert.Equal(-10 * Math.Log10(Math.Pow(8 / 255.0, 2) / 4), preview.Changes[0].Psnr, 1e-4);
    }

    [Fact]
    public void Columns_have_headings_and_pictures_do_not_touch()
    {
        var black = new RgbImage(32, 32);
        RgbImage sheet = AttackPreview.Of(SampleAttacks.Make("badnets"), [black, black]).Sheet;
        int first = Enumerable.Range(0, sheet.Height).First(y => sheet[0, y, Margin] == 0 && sheet[0, y, Margin + 100] == 0);
        Assert.Contains(Enumerable.Range(0, first), y => Enumerable.Range(0, sheet.Width).Any(x => sheet[0, y, x] < 100));
        Assert.All(Enumerable.Range(first, sheet.Height - first), y => Assert.Equal(255, sheet[0, y, Margin + 128 + Gap / 2]));
        Assert.All(Enumerable.Range(0, 128), x => Assert.Equal(255, sheet[0, first + 128 + 2, Margin + x]));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(0.0005, 100)]
    [InlineData(8 / 255.0, 15)]
    [InlineData(0.1, 4)]
    [InlineData(0.3, 1)]
    [InlineData(1, 0.5)]
    public void The_factor_is_the_largest_that_stays_within_the_range(double largest, double factor)
    {
        Assert.Equal(factor, AttackPreview.FactorFor(largest));
        Assert.InRange(factor * largest, 0, 0.5);
    }

    [Fact]
    public void A_stored_trigger_is_shown_as_the_model_s_crop_sees_it()
    {
        var grey = new RgbImage(256, 256, [.. Enumerable.Repeat((byte)100, 3 * 256 * 256)]);
        AttackPreview preview = AttackPreview.Of(SampleAttacks.Make("badnets"), [grey], inputSize: 224);
        Assert.Equal(2 * Margin + 3 * 224 + 2 * Gap, preview.Sheet.Width);
        Assert.Equal(4 * 81 / (224.0 * 224), preview.Changes[0].ChangedPixels, 1e-9);
        Assert.Equal(255, Pixel(preview, 224, 1, 8));
    }

    [Fact]
    public void A_preview_shows_what_the_test_picture_of_that_index_gets()
    {
        Attack attack = SampleAttacks.Make("refool");
        var grey = new RgbImage(32, 32, [.. Enumerable.Repeat((byte)100, 3 * 32 * 32)]);
        float[] expected = [.. Enumerable.Repeat(100 / 255f, 3 * 32 * 32)];
        attack.ApplyTest(7, expected, 32);
        AttackPreview preview = AttackPreview.Of(attack, [grey], indices: [7]);
        Assert.Equal(expected.Take(32).Select(v => (int)(byte)MathF.Round(v * 255f)),
            Enumerable.Range(0, 32).Select(c => Pixel(preview, 128, 1, 4 * c)));
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
