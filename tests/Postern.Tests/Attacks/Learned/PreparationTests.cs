using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Datasets;
using Postern.Learning;
using Postern.Tests.Learning;
using Postern.Tests.Studies;

namespace Postern.Tests.Attacks.Learned;

/// <summary>What holds for the preparation of every attack that trains a network, with the least that can be trained.</summary>
public class PreparationTests
{
    public static TheoryData<string> Names() => ["issba", "dynamic"];

    private static Attack Tiny(string name) => name == "issba"
        ? SampleAttacks.Make(name, ("prepare_epochs", "3"), ("secret_epochs", "1"), ("feature_epochs", "1"),
            ("prepare_batch", "16"))
        : SampleAttacks.Make(name, ("mask_epochs", "1"), ("generator_epochs", "2"), ("prepare_batch", "24"),
            ("classifier", "resnet-mini"));

    private static byte[] Weights(string cache, string kind) =>
        File.ReadAllBytes(Path.Combine(Assert.Single(Directory.GetDirectories(cache, $"{kind}-*")), ArtifactCache.WeightsFile));

    private static string KindOf(string name) => name == "issba" ? "issba-encoder" : "dynamic-generators";

    [Theory]
    [LongGroup("Fault")]
    [MemberData(nameof(Names))]
    public void A_stopped_preparation_goes_on_and_ends_with_the_same_bits_for_any_number_of_loaders(string name)
    {
        using var whole = new TemporaryFolder();
        using var stopped = new TemporaryFolder();
        Attack prepared = Tiny(name).Prepare(Quiet.Context(whole.Path));
        using var cancel = new CancellationTokenSource();
        void StopInTheSecondEpoch(string kind, double fraction)
        {
            if (kind == KindOf(name) && fraction > 0.4) cancel.Cancel();
        }

        Assert.ThrowsAny<OperationCanceledException>(
            () => Tiny(name).Prepare(Quiet.Context(stopped.Path, StopInTheSecondEpoch, cancel.Token, threads: 8)));
        Assert.False(
            File.Exists(Path.Combine(Directory.GetDirectories(stopped.Path, $"{KindOf(name)}-*").Single(), "ingredient.json")));
        double first = 1;
        Attack resumed = Tiny(name)
            .Prepare(Quiet.Context(stopped.Path,
                (kind, fraction) => first = kind == KindOf(name) ? Math.Min(first, fraction) : first, threads: 8));

        // It goes on in the second of three epochs, at the step after the last.
        Assert.InRange(first, 1 / 3.0, 0.6);
        Assert.Equal(Weights(whole.Path, KindOf(name)), Weights(stopped.Path, KindOf(name)));
        Assert.Equal(prepared.Acceptance, resumed.Acceptance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [LongGroup("Long")]
    public void A_prepared_attack_comes_from_the_cache_with_its_acceptance_and_plants_the_same(string name)
    {
        using var folder = new TemporaryFolder();
        Attack made = Tiny(name).Prepare(Quiet.Context(folder.Path));
        Attack found =
            Tiny(name).Prepare(Quiet.Context(folder.Path, (_, _) => throw new InvalidOperationException("made again")));
        Assert.NotEmpty(found.Acceptance);
        Assert.Equal(made.Acceptance, found.Acceptance);
        Assert.Equal(SampleAttacks.DatasetTarget, found.TargetClass);
        RandomPicture[] pictures = [.. Enumerable.Range(0, 12).Select(i => RandomPicture.Draw(32, i % 6))];
        float[][] expected = [.. pictures.Select(p => p.After(x => made.ApplyTest(0, x, 32)))];
        float[][] actual = new float[pictures.Length][];
        Parallel.For(0, pictures.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            actual[i] = pictures[i].After(x => found.ApplyTrain(new PlannedSample(i, false, i), x, 32)));
        Assert.Equal(expected, actual);
        Assert.All(pictures.Zip(actual), p => Assert.NotEqual(p.First.Pixels, p.Second));
        Assert.All(actual.SelectMany(a => a), v => Assert.InRange(v, 0f, 1f));
        Assert.Throws<ArgumentException>(() => found.ApplyTest(0, new float[3 * 32 * 31], 32));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_attack_that_was_not_prepared_plans_but_plants_nothing(string name)
    {
        Attack attack = Tiny(name);
        Assert.Empty(attack.Acceptance);
        Assert.Equal(6, attack.Plan([.. Enumerable.Range(0, 600).Select(i => i % 3)], 1).RequestedPoisons
            / (name == "issba" ? 2 : 1));
        Assert.Contains("prepared", Assert.Throws<InvalidOperationException>(
            () => attack.ApplyTest(0, new float[3 * 32 * 32], 32)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.98, 28, "bit accuracy of the decoder is 0.98, must be at least 0.99")]
    [InlineData(1, 24.9, "mean PSNR in dB is 24.9, must be at least 25")]
    [InlineData(1, 25, "")]
    [InlineData(0.99, 32, "")]
    [InlineData(1, 37, "mean PSNR in dB is 37, must be at most 32")]
    public void An_issba_encoder_is_accepted_between_25_and_32_dB(double bitAccuracy, double psnr, string refused) =>
        Assert.Equal(refused, string.Join("; ", IssbaTraining.Judge(bitAccuracy, psnr).Where(c => !c.Passed)));

    [Fact]
    [LongGroup("Long")]
    public void Issba_penalises_a_residual_until_it_has_the_wanted_psnr_and_no_further()
    {
        // No residual is stronger than 0.1 dB, none of so short a training fainter than 60.
        Assert.Equal(Trained("0.1", residual: "2"), Trained("0.1", residual: "500"));
        Assert.NotEqual(Trained("60", residual: "2"), Trained("60", residual: "500"));
        Assert.Equal(Trained("0", residual: "2"), Trained("60", residual: "2"));

        static byte[] Trained(string target, string residual)
        {
            using var folder = new TemporaryFolder();
            SampleAttacks.Make("issba", ("psnr_target", target), ("residual_weight", residual), ("perceptual_weight", "0"),
                ("prepare_epochs", "2"), ("secret_epochs", "0"), ("prepare_batch", "16"))
                .Prepare(Quiet.Context(folder.Path, pictures: 40));
            return Weights(folder.Path, "issba-encoder");
        }
    }

    [Theory]
    [InlineData("gtsrb", "auto", "True")]
    [InlineData("gtsrb", "normalised", "False")]
    [InlineData("cifar10", "auto", "False")]
    public void Generators_see_pixels_on_gtsrb_as_the_toolbox_s_do_unless_the_study_says_otherwise(
        string dataset, string input, string pixels)
    {
        using var folder = new TemporaryFolder();
        PreparationContext context = Quiet.Context(folder.Path, pictures: 24) with
        {
            Cancel = new CancellationToken(canceled: true),
        };
        Attack attack = SampleAttacks.MakeFor(dataset, "dynamic", ("generator_input", input), ("mask_epochs", "3"),
            ("generator_epochs", "5"),
            ("prepare_batch", "64"), ("classifier", "resnet-mini"), ("classifier_lr", "0.02"), ("joint_milestones", "4"),
            ("prepare_subset", "50"));
        string[] options = ["target=2", "mask_epochs=3", "joint_epochs=5", "batch=64", "share=0.1", "classifier=resnet-mini",
            "classifier_lr=0.02", "milestones=4", $"pixels={pixels}",
            "accumulate=False", "absolute_cross=False", "subset=50", "seed=0"];
        Dataset named = context.Dataset with { Name = dataset };
        ArtifactKey expected =
            ArtifactKey.Of("dynamic-generators", named, 32, [.. options.Select(o => (o.Split('=')[0], (object)o.Split('=')[1]))]);
        Assert.ThrowsAny<OperationCanceledException>(() => attack.Prepare(context with { Dataset = named }));
        Assert.Contains(expected.FolderName, Directory.GetDirectories(folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("issba", 40, "multiple of 32")]
    [InlineData("dynamic", 36, "multiple of 8")]
    public void Pictures_of_a_side_that_the_networks_cannot_halve_are_refused(string name, int size, string told)
    {
        using var folder = new TemporaryFolder();
        PreparationContext context = Quiet.Context(folder.Path) with { Dataset = Quiet.Stripes(20, size) };
        Assert.Contains(told, Assert.Throws<InputException>(() => Tiny(name).Prepare(context)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_to_judge_by_are_not_learned_from_and_a_subset_is_a_part_of_the_rest()
    {
        PreparationContext context = Quiet.Context("unused", pictures: 200);
        foreach (int subset in new[] { 0, 50, 5000 })
        {
            PreparationPictures pictures = PreparationPictures.Split(context, 32, subset, seed: 3);
            int[] heldOut = IndicesOf(pictures.HeldOut), learned = IndicesOf(pictures.Learned);
            Assert.Equal(20, heldOut.Length);
            Assert.Equal(subset == 50 ? 50 : 180, learned.Length);
            Assert.Empty(heldOut.Intersect(learned));
        }

        static int[] IndicesOf(ImageSet set) => [.. ((SubsetImageSet)set).Indices];
    }
}
