using Postern.Attacks.Triggers;

namespace Postern.Tests.Attacks;

public class SmallTriggersTests
{
    private static readonly Dictionary<string, Func<int, TriggerStage, PatchTrigger>> Drawn = new()
    {
        ["trojan_square"] = SmallTriggers.Confetti,
        ["phoenix_corner"] = SmallTriggers.Bird,
        ["phoenix_corner2"] = SmallTriggers.TwoBirds,
        ["firefox_corner"] = SmallTriggers.FireRing,
        ["badnet_patch4"] = SmallTriggers.MirroredBlocks,
    };

    public static TheoryData<string> PublicNames() => [.. Drawn.Keys];

    [Theory]
    [InlineData("trojan_square", 64, 21, 28, 21, 28)]
    [InlineData("phoenix_corner", 25, 27, 31, 27, 31)]
    [InlineData("phoenix_corner2", 50, 27, 31, 0, 31)]
    [InlineData("firefox_corner", 140, 1, 13, 18, 30)]
    [InlineData("badnet_patch4", 36, 0, 31, 0, 31)]
    public void On_32_pixels_each_mark_has_the_place_and_the_area_of_the_specification(
        string name, int area, int top, int bottom, int left, int right)
    {
        PatchTrigger mark = Drawn[name](32, TriggerStage.Stored);
        int[] planted = Planted(mark);
        Assert.Equal(area, planted.Length);
        Assert.Equal((top, bottom), (planted.Min(i => i / 32), planted.Max(i => i / 32)));
        Assert.Equal((left, right), (planted.Min(i => i % 32), planted.Max(i => i % 32)));
    }

    [Fact]
    public void The_mirrored_blocks_are_white_where_the_specification_says()
    {
        (int, int)[] white =
        [
            (0, 0), (0, 2), (1, 1), (2, 0), (0, 29), (0, 31), (1, 30), (2, 31),
            (29, 0), (30, 1), (31, 0), (31, 2), (29, 31), (30, 30), (31, 29), (31, 31),
        ];
        PatchTrigger mark = SmallTriggers.MirroredBlocks(32, TriggerStage.Stored);
        Assert.Equal(white.Order(), Planted(mark).Where(i => mark.Pixels[i] == 1f).Select(i => (i / 32, i % 32)));
    }

    [Fact]
    public void The_second_bird_is_a_copy_of_the_first()
    {
        PatchTrigger one = SmallTriggers.Bird(32, TriggerStage.Stored), two = SmallTriggers.TwoBirds(32, TriggerStage.Stored);
        foreach (int at in Planted(one))
        {
            for (int channel = 0; channel < 3; channel++)
            {
                Assert.Equal(one.Pixels[channel * 1024 + at], two.Pixels[channel * 1024 + at]);
                Assert.Equal(one.Pixels[channel * 1024 + at], two.Pixels[channel * 1024 + at - 27]);
            }
        }
    }

    [Theory]
    [InlineData(64, TriggerStage.Cropped, 0)]
    [InlineData(224, TriggerStage.Stored, 0)]
    [InlineData(256, TriggerStage.Stored, 16)]
    public void Larger_marks_are_the_same_in_proportion_and_inside_what_a_centre_crop_leaves(
        int size, TriggerStage stage, int margin)
    {
        int cell = (size - 2 * margin) / 32;
        foreach ((string name, Func<int, TriggerStage, PatchTrigger> draw) in Drawn)
        {
            PatchTrigger small = draw(32, TriggerStage.Stored), large = draw(size, stage);
            int[] planted = Planted(large);
            double share = planted.Length / (double)(Planted(small).Length * cell * cell);
            Assert.InRange(share, name == "firefox_corner" ? 0.9 : 1, name == "firefox_corner" ? 1.1 : 1);
            Assert.All(planted,
                i => Assert.True(Math.Min(i / size, i % size) >= margin && Math.Max(i / size, i % size) < size - margin));
        }
    }

    [Theory]
    [Trait("Category", "Data")]
    [MemberData(nameof(PublicNames))]
    public void Each_mark_is_about_as_large_bright_and_varied_as_the_public_picture(string name)
    {
        string path = SharedMaterial.Require($"triggers/{name}_32.png"),
            mask = SharedMaterial.Require("triggers") + $"/mask_{name}_32.png";
        PatchTrigger drawn = Drawn[name](32, TriggerStage.Stored),
            published = TriggerSource.Masked(path, File.Exists(mask) ? mask : null).At(32);
        Assert.Equal(Planted(published).Length, Planted(drawn).Length);
        if (name != "firefox_corner") Assert.Equal(published.Mask, drawn.Mask);
        for (int channel = 0; channel < 3; channel++)
            Assert.Equal(Planted(published).Average(i => (double)published.Pixels[channel * 1024 + i]),
                Planted(drawn).Average(i => (double)drawn.Pixels[channel * 1024 + i]), 0.1);
        Assert.InRange(Spread(drawn) / Spread(published), 0.7, 1.4);
    }

    private static int[] Planted(PatchTrigger mark) =>
        [.. Enumerable.Range(0, mark.Size * mark.Size).Where(i => mark.Mask[i] == 1f)];

    private static double Spread(PatchTrigger mark)
    {
        double[] values =
            [.. Planted(mark).SelectMany(i => new double[] { mark.Pixels[i], mark.Pixels[1024 + i], mark.Pixels[2048 + i] })];
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }
}
