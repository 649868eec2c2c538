using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Kernels;
using Postern.Learning;
using Postern.Models;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Evaluation;

public class AdversarialAccuracyTests
{
    private const int Side = 32;
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    /// <summary>
    /// Grey pictures that are brighter than one half by 0.5, 1.5, 3.5, 7.5 and 20.5 levels of 255, all of class 1: within L∞
    /// n/255 a network that looks at the mean loses those with less than n. Within L2 0.5 the mean moves by 0.5 / sqrt(3072), 2.3
    /// levels.
    /// </summary>
    [Fact]
    public void A_network_that_looks_at_the_mean_loses_exactly_the_pictures_within_the_ball()
    {
        byte[] levels = [128, 129, 131, 135, 148];
        byte[] pixels = [.. levels.SelectMany(l => Enumerable.Repeat(l, 3 * Side * Side))];
        using var pictures = new MemoryImageSet(Side, pixels, [1, 1, 1, 1, 1], ["dark", "bright"]);
        using var model = new MeanBrightness();
        AdversarialAccuracy accuracy = Measure(model, pictures);
        Assert.Equal(new Proportion(5, 5), accuracy.Clean());
        int[] kept = [.. AdversarialBall.All.Select(b => accuracy.Within(b).Hits)];
        Assert.Equal([4, 3, 2, 1, 3], kept);
    }

    [Fact]
    public void A_cell_is_measured_on_as_many_pictures_as_asked_for_with_every_class_at_its_share()
    {
        using var model = new MeanBrightness();
        byte[] pixels = [.. Enumerable.Repeat((byte)200, 8 * 3 * Side * Side)];
        using var pictures = new MemoryImageSet(Side, pixels, [0, 1, 1, 1, 0, 1, 1, 1], ["dark", "bright"]);
        Assert.Equal(new Proportion(6, 8), Measure(model, pictures).Clean());
        Assert.Equal(new Proportion(3, 4), (Measure(model, pictures) with { Pictures = 4 }).Clean());
        Assert.Equal(new Proportion(3, 4), (Measure(model, pictures) with { Pictures = 4 }).Within(AdversarialBall.All[0]));
        Assert.Equal(8, (Measure(model, pictures) with { Pictures = 0 }).Within(AdversarialBall.All[0]).Total);
    }

    /// <summary>The labels are the network's own answers, so that it is right until its pictures are moved.</summary>
    [Theory]
    [InlineData("resnet-mini")]
    [InlineData("deit-mini")]
    [InlineData("vim-mini")]
    [InlineData("mambaout-mini")]
    [LongGroup("Long")]
    public void The_descent_finds_what_a_random_move_of_the_same_size_does_not_in_every_family(string name)
    {
        const int count = 24;
        byte[] pixels = new byte[count * 3 * Side * Side];
        RandomStream stream = RandomStream.For(3, "noise");
        foreach (ref byte value in pixels.AsSpan()) value = (byte)stream.NextInt(256);
        using Backbone model = ModelCatalog.Create(new Choice(ModelCatalog.All.Get(name, "test")), 10, Side, seed: 1);
        string[] classes = [.. Enumerable.Range(0, 10).Select(c => $"class {c}")];
        int[] answers;
        using (var unlabelled = new MemoryImageSet(Side, pixels, new int[count], classes))
            answers = new UnlabelledPictures(Loader(unlabelled), [.. Enumerable.Range(0, count)], 0).Predict(model, pass: 0);
        using var pictures = new MemoryImageSet(Side, pixels, answers, classes);
        AdversarialAccuracy accuracy = Measure(model, pictures);
        AdversarialBall largest = AdversarialBall.All.Single(b => b.Key == "linf_8");
        Assert.Equal(new Proportion(count, count), accuracy.Clean());
        double unmoved = Loss(model, pictures, largest, steps: null), random = Loss(model, pictures, largest, steps: 0),
            descended = Loss(model, pictures, largest, steps: 10);
        Assert.True(descended - unmoved > 5 * Math.Abs(random - unmoved),
            $"{name}: the loss went from {unmoved:g6} to {random:g6} at random and to {descended:g6}");
        Assert.True(accuracy.Within(largest).Hits <= accuracy.Within(AdversarialBall.All[0]).Hits);
    }

    [Fact]
    public void Balls_are_those_of_the_benchmarks_with_steps_of_a_quarter_of_the_radius()
    {
        Assert.Equal([1 / 255.0, 2 / 255.0, 4 / 255.0, 8 / 255.0, 0.5], AdversarialBall.All.Select(b => b.Epsilon));
        Assert.Equal([PgdNorm.LInf, PgdNorm.LInf, PgdNorm.LInf, PgdNorm.LInf, PgdNorm.L2],
            AdversarialBall.All.Select(b => b.Norm));
        Assert.All(AdversarialBall.All, b => Assert.Equal(b.Epsilon / 4, b.Attack(10).StepSize, 12));
        Choice usual = new(AdversarialAccuracy.Entry);
        Assert.Equal((1000, 10), (usual.Integer("pictures"), usual.Integer("steps")));
    }

    private static AdversarialAccuracy Measure(Backbone model, ImageSet pictures) =>
        new(new Evaluator(model, Loader(pictures), Seed: 4), Pictures: 1000, Steps: 10);

    private static BatchLoader Loader(ImageSet pictures) =>
        new(pictures, Half, Half, Side, Augmentations.Centre, null, 8, Workers: 2);

    /// <summary>Cross-entropy of the true labels after so many steps from the random start; null for unmoved pictures.</summary>
    private static double Loss(Backbone model, MemoryImageSet pictures, AdversarialBall ball, int? steps)
    {
        using DisposeScope scope = NewDisposeScope();
        model.eval();
        int[] all = [.. Enumerable.Range(0, pictures.Count)];
        Tensor x = tensor([.. all.SelectMany(i => pictures.PictureAt(i).ToArray().Select(v => v / 255f))],
            [pictures.Count, 3, Side, Side]), labels = tensor([.. pictures.Labels.Select(l => (long)l)]);
        Pgd pgd = ball.Attack(10) with { Steps = steps ?? 0 };
        Tensor Logits(Tensor p) => model.forward((p - 0.5) / 0.5);
        Tensor moved = steps is null ? x : pgd.Perturb(x, labels, Logits, pgd.RandomStart(all, Side, seed: 4));
        using IDisposable inference = inference_mode();
        return nn.functional.cross_entropy(Logits(moved), labels).item<float>();
    }

    /// <summary>Two classes, told apart by the mean of the normalised picture.</summary>
    private sealed class MeanBrightness() : Backbone("mean")
    {
        private const double Slope = 50;

        public override string Head => "none";

        public override Tensor forward(Tensor input)
        {
            Tensor mean = input.mean([1, 2, 3]);                                // [B]
            return stack([-Slope * mean, Slope * mean], 1);                     // [B, 2]
        }

        public override long MultiplyAdds(int imageSize) => 0;

        public override void Initialise(long seed) { }
    }
}
