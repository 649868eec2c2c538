using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Tests.Studies;

namespace Postern.Tests.Attacks;

public class RefoolTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public void Mirrored_pictures_are_cut_down_to_8_bit_steps(string ghostRate)
    {
        Attack attack = SampleAttacks.Make("refool", ("ghost_rate", ghostRate));
        float[] mirrored = RandomPicture.Draw(32, 3).After(p => attack.ApplyTest(4, p, 32));
        Assert.All(mirrored, v => Assert.Equal(MathF.Round(v * 255f) / 255f, v));
    }

    [Fact]
    public void Each_picture_is_mirrored_in_its_own_way_and_the_same_way_again()
    {
        Attack attack = SampleAttacks.Make("refool");
        RandomPicture picture = RandomPicture.Draw(32, 3);
        float[] one = picture.After(p => attack.ApplyTrain(new PlannedSample(5, false, 0), p, 32));
        Assert.Equal(one, picture.After(p => attack.ApplyTrain(new PlannedSample(5, false, 9), p, 32)));
        Assert.NotEqual(one, picture.After(p => attack.ApplyTrain(new PlannedSample(6, false, 0), p, 32)));
        Assert.NotEqual(one, picture.After(p => attack.ApplyTest(5, p, 32)));
        Assert.NotEqual(one, picture.After(p => SampleAttacks.Make("refool", ("draw_seed", "1")).ApplyTrain(new PlannedSample(5, false, 0), p, 32)));
    }

    [Fact]
    public void Draws_stay_in_the_published_ranges()
    {
        ReflectionDraw[] draws = [.. Enumerable.Range(0, 4000).Select(i => ReflectionDraw.From(RandomStream.For(1, "test", i), 7, ghostRate: 0.49))];
        Assert.Equal(Enumerable.Range(0, 7), draws.Select(d => d.Index).Distinct().Order());
        Assert.Equal(Enumerable.Range(3, 6), draws.Select(d => d.Rows).Distinct().Order());
        Assert.Equal(Enumerable.Range(3, 6), draws.Select(d => d.Columns).Distinct().Order());
        Assert.All(draws, d =>
        {
            Assert.InRange(d.Transmission, 0.55, 0.95);
            Assert.InRange(Math.Abs(d.GhostWeight - 0.5), 0, 0.25);
            Assert.InRange(d.Sigma, 1, 5);
            Assert.InRange(d.Attenuation, 1.08, 1.18);
        });
        Assert.InRange(draws.Count(d => d.IsGhost), 1800, 2120);
    }

    [Fact]
    public void A_pool_of_photographs_is_read_in_order_and_known_by_its_checksum()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 3; i++) ImageFile.SavePng(folder.File($"{(char)('c' - i)}.png"), DrawnScene.Draw(i, 16));
        ReflectionPool two = ReflectionPool.FromFiles(folder.Path, 2, swapped: false), all = ReflectionPool.FromFiles(folder.Path, 9, swapped: false);
        Assert.Equal((2, 3), (two.Count, all.Count));
        Assert.NotEqual(two.Checksum, all.Checksum);
        // a.png is scene 2, unchanged in size: its light is gamma 2.2 of its values.
        RgbImage scene = DrawnScene.Draw(2, 16);
        Assert.Equal(Math.Pow(scene.Pixels[5] / 255.0, 2.2), two.At(0, 16)[5], 1e-6);
    }

    [Fact]
    public void Exchanging_channels_exchanges_red_and_blue()
    {
        ReflectionPool plain = ReflectionPool.Drawn(1, swapped: false), swapped = ReflectionPool.Drawn(1, swapped: true);
        Assert.Equal(plain.At(0, 8)[..64], swapped.At(0, 8)[128..]);
        Assert.Equal(plain.At(0, 8)[64..128], swapped.At(0, 8)[64..128]);
    }

    [Fact]
    public void A_folder_without_pictures_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no pictures", Assert.Throws<InputException>(() => SampleAttacks.Make("refool", ("reflections", folder.Path))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_scenes_differ_and_use_the_range_of_values()
    {
        byte[][] scenes = [.. Enumerable.Range(0, 20).Select(i => DrawnScene.Draw(i, 32).Pixels)];
        Assert.Equal(20, scenes.Select(Convert.ToHexString).Distinct().Count());
        double[] deviations = [.. scenes.Select(s => { double mean = s.Average(v => v); return Math.Sqrt(s.Average(v => (v - mean) * (v - mean))); })];
        Assert.All(deviations, d => Assert.InRange(d, 15, 110));
    }
}
