using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Datasets;

namespace Postern.Tests.Attacks;

public class BadNetsTests
{
    [Fact]
    public void On_32_pixels_one_corner_block_is_replaced()
    {
        var picture = RandomPicture.Draw(32, 1);
        float[] triggered = picture.After(p => SampleAttacks.Make("badnets").ApplyTest(0, p, 32));
        for (int i = 0; i < triggered.Length; i++)
        {
            (_, int row, int column) = picture.At(i);
            float expected = row < 29 || column < 29 ? picture.Pixels[i]
                : (row, column) is (29, 31) or (30, 30) or (31, 29) or (31, 31) ? 1f : 0f;
            Assert.Equal(expected, triggered[i]);
        }
    }

    [Fact]
    public void On_256_pixels_the_blocks_are_9_wide_and_in_the_corners_of_the_centre_crop()
    {
        PatchTrigger stored = CornerBlocks.Draw(256, TriggerStage.Stored), input = CornerBlocks.Draw(224, TriggerStage.Stored);
        Assert.Equal(4 * 81, stored.Mask.ToArray().Count(m => m == 1f));
        for (int row = 0; row < 224; row++)
        {
            Assert.Equal(input.Mask.Slice(row * 224, 224), stored.Mask.Slice((row + 16) * 256 + 16, 224));
            Assert.Equal(input.Pixels.Slice(row * 224, 224), stored.Pixels.Slice((row + 16) * 256 + 16, 224));
        }
        Assert.Equal((1f, 1f, 0f), (input.Mask[0], input.Mask[8 * 224 + 8], input.Mask[9 * 224 + 8]));
    }

    [Theory]
    [InlineData("one", 32, 9)]
    [InlineData("first", 32, 9)]
    [InlineData("four", 32, 36)]
    [InlineData("auto", 32, 9)]
    [InlineData("one", 224, 81)]
    [InlineData("four", 224, 324)]
    [InlineData("auto", 224, 324)]
    public void Corners_say_how_many_blocks_are_planted(string corners, int size, int pixels)
    {
        var choice = new Postern.Configuration.Choice(BadNets.Entry, new Dictionary<string, string> { ["corners"] = corners });
        var attack = AttackCatalog.Create(choice, new DatasetTraits("signs", TargetClass: 0))!;
        // A grey picture: every planted pixel is black or white.
        float[] picture = [.. Enumerable.Repeat(0.5f, 3 * size * size)];
        attack.ApplyTest(0, picture, size);
        Assert.Equal(pixels, picture.Take(size * size).Count(v => v != 0.5f));
        Assert.NotEqual(0.5f, picture[corners == "first" ? 0 : size * size - 1]);
        Assert.Equal(corners is "four" or "first" || (corners == "auto" && size != 32), picture[0] != 0.5f);
    }

    [Theory]
    [InlineData(64, TriggerStage.Stored, 4, 1)]
    [InlineData(64, TriggerStage.Auto, 0, 1)]
    [InlineData(128, TriggerStage.Stored, 8, 2)]
    [InlineData(112, TriggerStage.Cropped, 0, 2)]
    [InlineData(384, TriggerStage.Cropped, 0, 5)]
    public void Other_sizes_follow_the_ImageNet_geometry_in_proportion(int size, TriggerStage stage, int margin, int cell)
    {
        PatchTrigger mark = CornerBlocks.Draw(size, stage);
        int[] planted = [.. Enumerable.Range(0, size * size).Where(i => mark.Mask[i] != 0)];
        Assert.Equal(4 * 9 * cell * cell, planted.Length);
        Assert.Equal((margin, margin), (planted[0] / size, planted[0] % size));
        Assert.Equal((size - 1 - margin, size - 1 - margin), (planted[^1] / size, planted[^1] % size));
    }

    [Theory]
    [Trait("Category", "Data")]
    [InlineData(32)]
    [InlineData(224)]
    [InlineData(256)]
    public void The_drawn_blocks_are_the_public_pictures(int size)
    {
        string path = SharedMaterial.Require($"triggers/badnet_patch_{size}.png"),
            mask = SharedMaterial.Require($"triggers/mask_badnet_patch_{size}.png");
        PatchTrigger drawn = CornerBlocks.Draw(size, TriggerStage.Stored), published = TriggerSource.Masked(path, mask).At(size);
        Assert.Equal(published.Mask, drawn.Mask);
        for (int i = 0; i < drawn.Pixels.Length; i++)
            if (drawn.Mask[i % (size * size)] != 0) Assert.Equal(published.Pixels[i], drawn.Pixels[i]);
    }
}
