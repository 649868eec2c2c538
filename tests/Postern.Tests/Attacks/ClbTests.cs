using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Attacks.Triggers;
using Postern.Learning;

namespace Postern.Tests.Attacks;

public class ClbTests
{
    [Fact]
    public void Poisons_are_of_the_target_class_sorted_and_as_many_as_asked_for_or_all_of_it()
    {
        var cases = from labels in Gen.NonEmptyListOf(Gen.Choose(0, 3))
                    from rate in Gen.Choose(0,
            1000)
                    from seed in Gen.Choose(0, 1000)
                    select (labels, rate, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            int[] labels = [.. c.labels];
            PoisonPlan plan = Make(new PoisonBudget(c.rate / 1000m)).Plan(labels, c.seed);
            int wanted = labels.Length * c.rate / 1000, eligible = labels.Count(l => l == SampleAttacks.DatasetTarget);
            return plan.Poisoned.Zip(plan.Poisoned.Skip(1)).All(p => p.First < p.Second) && plan.Covers.Count == 0
                && plan.Poisoned.All(i => labels[i] == SampleAttacks.DatasetTarget) && plan.RequestedPoisons == wanted
                && plan.Poisoned.Count == Math.Min(wanted, eligible) && (wanted <= eligible || plan.Warning is not null)
                && labels.Index().All(l => plan.LabelOf(l.Index, l.Item) == l.Item);
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Every_picture_of_the_target_class_is_poisoned_equally_often()
    {
        const int Seeds = 2000;
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3)], chosen = new int[60];
        for (int seed = 0; seed < Seeds; seed++)
            foreach (int index in Make(new PoisonBudget(0.1m)).Plan(labels, seed).Poisoned) chosen[index]++;
        double expected = Seeds * 6 / 20.0, sigma = Math.Sqrt(expected * 0.7);
        Assert.All(chosen.Index().Where(c => c.Index % 3 == 2),
            c => Assert.InRange(c.Item, expected - 5 * sigma, expected + 5 * sigma));
    }

    [Theory]
    [InlineData(32, 1)]
    [InlineData(64, 1)]
    [InlineData(224, 3)]
    [InlineData(256, 3)]
    public void A_poison_is_the_adversarial_picture_under_the_blocks_and_a_test_picture_only_gets_the_blocks(int size, int cell)
    {
        RandomPicture clean = RandomPicture.Draw(size, 1);
        byte[] adversarial = Array.ConvertAll(RandomPicture.Draw(size, 2).Pixels, v => (byte)(v * 255));
        Clb attack = Make(new PoisonBudget(1), new AdversarialImages(size, [7], adversarial));
        PatchTrigger mark = CornerBlocks.DrawFour(size, TriggerStage.Stored, mirrored: false);
        float[] poison = clean.After(p => attack.ApplyTrain(new PlannedSample(7, false, 0), p, size));
        float[] test = clean.After(p => attack.ApplyTest(7, p, size));
        Assert.Equal(4 * 9 * cell * cell, mark.Mask.ToArray().Count(m => m != 0));
        for (int i = 0; i < poison.Length; i++)
        {
            bool block = mark.Mask[i % (size * size)] != 0;
            Assert.Equal(block ? mark.Pixels[i] : adversarial[i] / 255f, poison[i]);
            Assert.Equal(block ? mark.Pixels[i] : clean.Pixels[i], test[i]);
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(100)]
    [InlineData(224)]
    public void Mirrored_blocks_are_the_same_in_a_mirror_and_the_toolbox_s_are_one_block_four_times(int size)
    {
        PatchTrigger mirrored = CornerBlocks.DrawFour(size, TriggerStage.Stored, mirrored: true),
            alike = CornerBlocks.DrawFour(size, TriggerStage.Stored, mirrored: false);
        int[] planted = [.. Enumerable.Range(0, size * size).Where(i => alike.Mask[i] != 0)];
        int near = planted[0] / size, far = planted.Select(i => i % size).First(c => c > size / 2);
        Assert.Equal(alike.Mask, mirrored.Mask);
        Assert.Contains(planted, i => alike.Pixels[i] != mirrored.Pixels[i]);
        foreach (int at in planted)
        {
            (int row, int column) = (at / size, at % size);
            Assert.Equal(mirrored.Pixels[at], mirrored.Pixels[row * size + size - 1 - column]);
            Assert.Equal(mirrored.Pixels[at], mirrored.Pixels[(size - 1 - row) * size + column]);
            if (row > size / 2 && column > size / 2) Assert.Equal(alike.Pixels[at], mirrored.Pixels[at]);
            if (column < size / 2) Assert.Equal(alike.Pixels[at], alike.Pixels[at + far - near]);
            if (row < size / 2) Assert.Equal(alike.Pixels[at], alike.Pixels[at + (far - near) * size]);
        }
    }

    [Fact]
    [Trait("Category", "Data")]
    public void The_drawn_blocks_are_the_public_picture()
    {
        string path = SharedMaterial.Require("triggers/badnet_patch4_dup_32.png"),
            mask = SharedMaterial.Require("triggers/mask_badnet_patch4_dup_32.png");
        PatchTrigger drawn = CornerBlocks.DrawFour(32, TriggerStage.Stored, mirrored: false),
            published = TriggerSource.Masked(path, mask).At(32);
        Assert.Equal(published.Mask, drawn.Mask);
        Assert.All(Enumerable.Range(0, drawn.Pixels.Length).Where(i => drawn.Mask[i % 1024] != 0),
            i => Assert.Equal(published.Pixels[i], drawn.Pixels[i]));
    }

    [Fact]
    public void Triggered_pictures_stay_in_range_from_any_number_of_threads()
    {
        var picture = RandomPicture.Draw(33, 5);
        byte[] adversarial = Array.ConvertAll(RandomPicture.Draw(33, 6).Pixels, v => (byte)(v * 255));
        Attack attack = new Clb(new PoisonBudget(1),
            new TriggerSource(s => CornerBlocks.DrawFour(s, TriggerStage.Stored, true)), 0.4f)
        {
            TargetClass = 0,
            Images = new AdversarialImages(33, [0], adversarial),
        };
        float[] expected = picture.After(p => attack.ApplyTrain(new PlannedSample(0, false, 0), p, 33));
        Assert.All(expected, v => Assert.InRange(v, 0f, 1f));
        float[][] found = new float[16][];
        Parallel.For(0, found.Length, i => found[i] =
            picture.After(p => attack.ApplyTrain(new PlannedSample(0, false, i), p, 33)));
        Assert.All(found, f => Assert.Equal(expected, f));
    }

    [Fact]
    public void What_cannot_be_planted_is_refused()
    {
        Assert.Throws<InvalidOperationException>(
            () => SampleAttacks.Make("clb").ApplyTrain(new PlannedSample(0, false, 0), new float[3072], 32));
        Clb prepared = Make(new PoisonBudget(1), new AdversarialImages(8, [3], new byte[192]));
        Assert.Throws<ArgumentException>(() => prepared.ApplyTrain(new PlannedSample(3, false, 0), new float[3072], 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => prepared.ApplyTrain(new PlannedSample(4, false, 0), new float[192], 8));
        Assert.Contains("mirrored is about the drawn trigger",
            Assert.Throws<InputException>(() =>
                SampleAttacks.Make("clb", ("mirrored", "true"), ("trigger", "/nowhere.png"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void By_default_it_poisons_as_the_benchmark_reads_the_toolbox()
    {
        var attack = (Clb)SampleAttacks.Make("clb");
        Assert.Equal(150, attack.Plan([.. Enumerable.Range(0, 50_000).Select(i => i % 10)], 1).Poisoned.Count);
        Pgd perturbation = attack.Perturbation.At(32), training = attack.Surrogate.Pgd;
        Assert.Equal((PgdNorm.L2, 100), (perturbation.Norm, perturbation.Steps));
        Assert.Equal((2.353, 0.0353), (Math.Round(perturbation.Epsilon, 3), Math.Round(perturbation.StepSize, 4)));
        Assert.Equal((PgdNorm.LInf, 10), (training.Norm, training.Steps));
        Assert.Equal((8, 2), (Math.Round(training.Epsilon * 255, 6), Math.Round(training.StepSize * 255, 6)));
        Pgd quick = ((Clb)SampleAttacks.Make("clb", ("norm", "linf"))).Perturbation.At(224);
        Assert.Equal((PgdNorm.LInf, 100, 8, 1.5),
            (quick.Norm, quick.Steps, Math.Round(quick.Epsilon * 255, 6), Math.Round(quick.StepSize * 255, 6)));
    }

    private static Clb Make(PoisonBudget budget, AdversarialImages? images = null) =>
        new(budget, new TriggerSource(size => CornerBlocks.DrawFour(size, TriggerStage.Stored, mirrored: false)))
        {
            TargetClass = SampleAttacks.DatasetTarget,
            Images = images,
        };
}
