using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Studies;
using Postern.Tests.Imaging;
using Postern.Tests.Studies;
using SkiaSharp;

namespace Postern.Tests.Attacks;

/// <summary>
/// Trigger pictures as people have them: with alpha, of any shape, smaller than what they are planted into, lossy.
/// </summary>
public sealed class TriggerPictureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Rgba(string name, int width, int height, Func<int, int, SKColor> colour)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) bitmap.SetPixel(x, y, colour(x, y));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        string path = folder.File(name);
        File.WriteAllBytes(path, data.ToArray());
        return path;
    }

    private string Rgb(string name, int width, int height, byte value)
    {
        string path = folder.File(name);
        ImageFile.SavePng(path, new RgbImage(width, height, [.. Enumerable.Repeat(value, 3 * width * height)]));
        return path;
    }

    private static int[] Planted(PatchTrigger trigger) =>
        [.. Enumerable.Range(0, trigger.Mask.Length).Where(i => trigger.Mask[i] > 0)];

    private static TriggerPlace Place(int[] at, int[] size) => new(at, size);

    [Fact]
    public void Alpha_is_the_mask_so_that_black_is_planted_and_colour_without_opacity_is_not()
    {
        string path = Rgba("a.png", 4, 4, (x, y) => (x, y) switch
        {
            (1, 2) => new SKColor(0, 0, 0, 255),
            (2, 2) => new SKColor(255, 0, 0, 51),
            _ => new SKColor(255, 255, 255, 0),
        });
        PatchTrigger trigger = TriggerSource.Masked(path, null).At(4);
        Assert.Equal([9, 10], Planted(trigger));
        Assert.Equal((1f, 0.2f), (trigger.Mask[9], trigger.Mask[10]));
        float[] pixels = [.. Enumerable.Repeat(0.5f, 48)];
        trigger.Plant(pixels, 1f);
        Assert.Equal((0f, 0f, 0f), (pixels[9], pixels[25], pixels[41]));
        Assert.Equal(0.6f, pixels[10], 1e-6f);
        Assert.Equal(48 - 6, pixels.Count(v => v == 0.5f));
    }

    [Fact]
    public void An_opaque_alpha_is_none_and_a_mask_file_counts_before_alpha()
    {
        string opaque = Rgba("o.png", 2, 1, (x, _) => new SKColor((byte)(200 * x), 0, 0, 255));
        Assert.Equal([1, 3], Planted(TriggerSource.Masked(opaque, null).At(2)));
        string half = Rgba("h.png", 2, 2, (x, _) => new SKColor(9, 9, 9, (byte)(255 * x))), white = Rgb("m.png", 2, 2, 255);
        Assert.Equal([0, 1, 2, 3], Planted(TriggerSource.Masked(half, white).At(2)));
    }

    [Fact]
    public void Transparent_pixels_lend_no_colour_when_the_trigger_is_resized()
    {
        // Red beside transparent green: at twice the size, whatever is planted is red.
        string path = Rgba("r.png", 4, 4, (x, _) => x < 2 ? new SKColor(255, 0, 0, 255) : new SKColor(0, 255, 0, 0));
        foreach (PatchTrigger trigger in new[] { TriggerSource.Masked(path, null).At(8), TriggerSource.Whole(path).At(8) })
        {
            Assert.Contains(trigger.Mask.ToArray(), m => m is > 0 and < 1);
            foreach (int i in Planted(trigger))
            {
                Assert.InRange(trigger.Pixels[i], 0.97f, 1f);
                Assert.Equal(0f, trigger.Pixels[64 + i]);
            }
        }
    }

    [Fact]
    public void A_trigger_stands_where_and_as_large_as_it_is_said()
    {
        string tall = Rgb("t.png", 2, 3, 255);
        Assert.Equal([9, 10, 17, 18, 25, 26], Planted(TriggerSource.Masked(tall, null, Place([1, 1], [])).At(8)));
        Assert.Equal([46, 47, 54, 55, 62, 63], Planted(TriggerSource.Masked(tall, null, Place([-1, -1], [])).At(8)));
        Assert.Equal([46, 47, 54, 55, 62, 63], Planted(TriggerSource.Masked(tall, null, Place([], [2])).At(8)));
        Assert.Equal([5, 6, 13, 14], Planted(TriggerSource.Masked(tall, null, Place([-2, 0], [2, 2])).At(8)));
        // The width alone keeps the shape.
        Assert.Equal(4 * 6, Planted(TriggerSource.Masked(tall, null, Place([], [4])).At(8)).Length);
    }

    [Fact]
    public void Placed_triggers_keep_their_pixels_and_masks()
    {
        RgbImage noise = ImageFileTests.Noise(5, 5, seed: 3);
        string path = folder.File("n.png");
        ImageFile.SavePng(path, noise);
        PatchTrigger trigger = TriggerSource.Masked(path, Rgb("m.png", 5, 5, 51), Place([2, 1], [])).At(9);
        for (int row = 0; row < 5; row++)
        {
            for (int column = 0; column < 5; column++)
            {
                int at = (row + 1) * 9 + column + 2;
                Assert.Equal(0.2f, trigger.Mask[at]);
                for (int channel = 0; channel < 3; channel++)
                    Assert.Equal(noise[channel, row, column] / 255f, trigger.Pixels[channel * 81 + at]);
            }
        }
        Assert.Equal(25, Planted(trigger).Length);
    }

    [Theory]
    [InlineData(new[] { 7, 0 }, new int[0])]
    [InlineData(new[] { 0, -7 }, new int[0])]
    [InlineData(new int[0], new[] { 9, 2 })]
    public void A_trigger_that_reaches_out_of_the_picture_is_refused(int[] at, int[] size)
    {
        string path = Rgb("t.png", 2, 3, 255);
        TriggerSource source = TriggerSource.Masked(path, null, Place(at, size));
        string message = Assert.Throws<InputException>(() => source.NotesAt(8)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains("reaches out of pictures of 8x8", message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => source.At(8));
    }

    [Fact]
    public void Another_aspect_and_a_patch_over_half_the_picture_are_noted()
    {
        string wide = Rgb("w.png", 8, 4, 255);
        IReadOnlyList<string> notes = TriggerSource.Masked(wide, null).NotesAt(8);
        Assert.Equal(2, notes.Count);
        Assert.Contains("w.png of 8x4 pixels is stretched to 8x8", notes[0], StringComparison.Ordinal);
        Assert.Contains("covers 100 % of the picture", notes[1], StringComparison.Ordinal);
        Assert.Empty(TriggerSource.Masked(wide, null, Place([], [4])).NotesAt(8));
        Assert.Contains("stretched to 3x3",
            Assert.Single(TriggerSource.Masked(wide, null, Place([], [3, 3])).NotesAt(8)), StringComparison.Ordinal);
        Assert.Single(TriggerSource.Whole(wide).NotesAt(8));
        Assert.Empty(TriggerSource.Whole(Rgb("s.png", 4, 4, 255)).NotesAt(8));
        Assert.Empty(new TriggerSource(size => new PatchTrigger(size, new float[3 * size * size])).NotesAt(8));
    }

    [Theory]
    [InlineData("JPEG", SKEncodedImageFormat.Jpeg)]
    [InlineData("lossy WebP", SKEncodedImageFormat.Webp)]
    public void A_lossy_patch_or_mask_is_refused_with_the_reason_and_a_lossy_blend_is_not(
        string name, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(16, 16);
        bitmap.Erase(SKColors.Black);
        bitmap.SetPixel(3, 3, SKColors.White);
        string path = folder.File("p.png"), png = Rgb("w.png", 16, 16, 255);
        File.WriteAllBytes(path, bitmap.Encode(format, 80).ToArray());
        foreach (string? mask in new[] { null, path })
        {
            string message =
                Assert.Throws<InputException>(() => TriggerSource.Masked(mask is null ? path : png, mask)).Message;
            Assert.StartsWith($"{path}: is a {name}", message, StringComparison.Ordinal);
        }
        Assert.Equal(16, TriggerSource.Whole(path).At(16).Size);
        Assert.Equal(256, Planted(TriggerSource.Masked(path, png).At(16)).Length);
    }

    [Fact]
    public void A_cells_id_tells_of_the_alpha_that_masks_its_trigger()
    {
        string opaque = Rgba("o.png", 2, 2, (_, _) => SKColors.Red),
            half = Rgba("h.png", 2, 2, (_, _) => SKColors.Red.WithAlpha(9));
        Assert.DoesNotContain("alpha", Decides(("trigger", opaque)), StringComparison.Ordinal);
        Assert.EndsWith(" trigger_alpha=mask\n", Decides(("trigger", half)), StringComparison.Ordinal);
        Assert.DoesNotContain("alpha", Decides(("trigger", half), ("trigger_mask", opaque)), StringComparison.Ordinal);

        static string Decides(params (string, string)[] options) => new CellIdentity().OfAttackAsWritten(
            new Choice(BadNets.Entry, options.ToDictionary(o => o.Item1, o => o.Item2)));
    }

    [Theory]
    [InlineData("badnets")]
    [InlineData("tact")]
    [InlineData("clb")]
    public void Every_patch_attack_takes_place_and_size_and_their_defaults_leave_no_trace(string attack)
    {
        AttackEntry entry = AttackCatalog.All.Get(attack, "test");
        Assert.All(entry.Options.Where(o => o.Name is "trigger_at" or "trigger_size"),
            o => Assert.Equal((o.Default, ""), (o.Neutral, o.Default)));
        string path = Rgb("t.png", 3, 3, 255);
        Attack made = AttackCatalog.Create(new Choice(entry, new Dictionary<string, string>
        {
            ["trigger"] = path,
            ["trigger_at"] = "[1, 2]",
            ["trigger_size"] = "4",
        }), new DatasetTraits("cifar10", 0))!;
        float[] pixels = new float[3 * 32 * 32];
        made.ApplyTest(0, pixels, 32);
        Assert.Equal(3 * 16, pixels.Count(v => v > 0));
        Assert.Equal(1f, pixels[2 * 32 + 1]);
        Assert.Empty(made.TriggerNotes(32));
        Assert.Contains("set without trigger", Refused(("trigger_at", "1,2")), StringComparison.Ordinal);
        Assert.Contains("expected the column and the row", Refused(("trigger", path), ("trigger_at", "1")),
            StringComparison.Ordinal);
        Assert.Contains("expected width and height", Refused(("trigger", path), ("trigger_size", "1,2,3")),
            StringComparison.Ordinal);
        Assert.Contains("trigger_size", Refused(("trigger", path), ("trigger_size", "0")), StringComparison.Ordinal);

        string Refused(params (string, string)[] options) => Assert.Throws<InputException>(() => AttackCatalog.Create(
            new Choice(entry, options.ToDictionary(o => o.Item1, o => o.Item2)), new DatasetTraits("cifar10", 0))).Message;
    }
}
