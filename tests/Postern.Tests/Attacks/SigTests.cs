using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;

namespace Postern.Tests.Attacks;

public class SigTests
{
    [Fact]
    public void Every_value_is_the_clipped_sum_of_picture_and_wave()
    {
        Gen<(RandomPicture Picture, int Delta, int Frequency)> cases =
            from picture in RandomPicture.Of(16, 32, 37)
            from delta in Gen.Choose(0, 255)
            from frequency in Gen.Choose(1, 20)
            select (picture, delta, frequency);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var attack = new Sig(new PoisonBudget(1), c.Delta / 255.0, c.Frequency) { TargetClass = 0 };
            float[] triggered = c.Picture.After(p => attack.ApplyTest(0, p, c.Picture.Size));
            return triggered.Index().All(t =>
            {
                (_, _, int column) = c.Picture.At(t.Index);
                double wave = c.Delta / 255.0 * Math.Sin(2 * Math.PI * column * c.Frequency / c.Picture.Size);
                return Math.Abs(t.Item - Math.Clamp(c.Picture.Pixels[t.Index] + wave, 0, 1)) < 1e-6;
            });
        }).Check(Config.QuickThrowOnFailure);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(224)]
    public void The_wave_has_six_periods_at_any_size(int size)
    {
        float[] wave = Sig.Wave(size, 30 / 255.0, 6);
        Assert.Equal(6, Enumerable.Range(0, size).Count(c => wave[c] <= 1e-6f && wave[(c + 1) % size] > 1e-6f));
        Assert.InRange(wave.Max(), 0.9f * 30 / 255, 30 / 255f);
    }

    [Fact]
    public void Two_percent_of_CIFAR_10_is_a_fifth_of_the_target_class()
    {
        int[] labels = [.. Enumerable.Range(0, 50_000).Select(i => i % 10)];
        PoisonPlan plan = SampleAttacks.Make("sig").Plan(labels, 1);
        Assert.Equal((1000, 0), (plan.Poisoned.Count, plan.Covers.Count));
        Assert.Null(plan.Warning);
    }

    [Fact]
    public void A_rate_too_small_for_one_sample_is_told() =>
        Assert.Contains("stays clean", SampleAttacks.Make("sig").Plan([2, 2, 2], 1).Warning, StringComparison.Ordinal);
}
