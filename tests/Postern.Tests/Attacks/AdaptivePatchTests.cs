using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Attacks;

public class AdaptivePatchTests
{
    [Fact]
    public void Consecutive_quarters_of_the_poisons_and_of_the_covers_get_one_mark_each()
    {
        // Four marks that replace the whole picture by their number.
        WeightedTrigger[] numbers = [.. Enumerable.Range(0, 4).Select(j => new WeightedTrigger(Flat(j / 4f), 1f))];
        var attack = new AdaptivePatch(new PoisonBudget(1), numbers, numbers) { TargetClass = 0 };
        Gen<(int Count, bool Cover)> cases =
            from count in Gen.Choose(1, 100) from cover in Gen.Elements(true, false) select (count, cover);
        Prop.ForAll(cases.ToArbitrary(), c => Enumerable.Range(0, c.Count).All(rank =>
        {
            float[] pixels = new float[12];
            attack.ApplyTrain(new PlannedSample(90 - rank, c.Cover, rank, c.Count), pixels, 2);
            return pixels.All(v => v == Enumerable.Range(0, 4).First(j => rank < (j + 1) * c.Count / 4.0) / 4f);
        })).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void The_plan_s_ranks_decide_which_mark_a_sample_gets()
    {
        Attack attack = SampleAttacks.Make("adaptive-patch", ("poison_rate", "0.5"), ("cover_rate", "0.25"));
        int[] labels = [.. Enumerable.Range(0, 160).Select(i => i % 10)];
        PoisonPlan plan = attack.Plan(labels, 5);
        Assert.Equal((80, 40), (plan.Poisoned.Count, plan.Covers.Count));
        var samples = new PoisonedSamples(attack, plan, Crops: false);
        int[] areas = [25, 140, 36, 64];
        foreach (IReadOnlyList<int> group in new[] { plan.Poisoned, plan.Covers })
        {
            foreach ((int rank, int index) in group.Index())
            {
                float[] planted = [.. Enumerable.Repeat(0.37f, 3 * 1024)];
                samples.ChangeStored(index, planted, 32);
                int area = Enumerable.Range(0, 1024).Count(i => Enumerable.Range(0, 3).Any(c => planted[c * 1024 + i] != 0.37f));
                Assert.Equal(areas[rank * 4 / group.Count], area);
            }
        }
    }

    [Theory]
    [InlineData("cifar10", 2 * 25 + 2 * 9, 27, 0)]
    [InlineData("gtsrb", 140 + 64, 21, 21)]
    public void Test_marks_are_full_and_those_of_the_dataset(string option, int area, int row, int column)
    {
        Attack attack = SampleAttacks.Make("adaptive-patch", ("test_marks", option));
        float[] black = new float[3 * 1024], white = [.. Enumerable.Repeat(1f, 3 * 1024)];
        attack.ApplyTest(0, black, 32);
        attack.ApplyTest(0, white, 32);
        int[] same = [.. Enumerable.Range(0, 1024)
            .Where(i => Enumerable.Range(0, 3).All(c => Math.Abs(black[c * 1024 + i] - white[c * 1024 + i]) < 1e-6))];
        // The two lower corners of 3x3 lie on the 5x5 blocks.
        Assert.Equal(area, same.Length);
        Assert.Contains(row * 32 + column, same);
    }

    [Theory]
    [InlineData("cifar10", "auto", "cifar10")]
    [InlineData("gtsrb", "auto", "gtsrb")]
    [InlineData("gtsrb", "cifar10", "cifar10")]
    public void Test_marks_are_the_toolbox_s_for_the_dataset_unless_the_study_says_otherwise(
        string dataset, string option, string marks)
    {
        Attack attack = SampleAttacks.MakeFor(dataset, "adaptive-patch", ("test_marks", option));
        float[] planted = new float[3 * 1024], expected = new float[3 * 1024];
        attack.ApplyTest(0, planted, 32);
        SampleAttacks.Make("adaptive-patch", ("test_marks", marks)).ApplyTest(0, expected, 32);
        Assert.Equal(expected, planted);
    }

    [Fact]
    public void Later_test_marks_cover_earlier_ones()
    {
        float[] pixels = new float[3 * 1024];
        SampleAttacks.Make("adaptive-patch").ApplyTest(0, pixels, 32);
        // Lower right block of badnet_patch4 on the corner block: black and white, not coloured.
        for (int row = 29; row < 32; row++)
            for (int column = 29; column < 32; column++) Assert.Contains(pixels[2 * 1024 + row * 32 + column], new[] { 0f, 1f });
    }

    [Fact]
    public void No_value_moves_by_more_than_the_mark_s_opacity()
    {
        Attack attack = SampleAttacks.Make("adaptive-patch", ("train_opacities", "[10, 20, 30, 40]"));
        foreach (int size in new[] { 32, 48, 64, 224 })
        {
            var picture = RandomPicture.Draw(size, size);
            for (int rank = 0; rank < 4; rank++)
            {
                float[] planted = picture.After(p => attack.ApplyTrain(new PlannedSample(0, false, rank, 4), p, size));
                Assert.True(planted.Zip(picture.Pixels, (a, b) => Math.Abs(a - b)).Max() <= 0.1f * (rank + 1) + 1e-6f);
            }
        }
    }

    private static TriggerSource Flat(float value) =>
        new(size => new PatchTrigger(size, [.. Enumerable.Repeat(value, 3 * size * size)]));
}
