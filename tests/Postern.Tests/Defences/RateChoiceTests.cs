using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;
using Postern.Defences.Repairs;
using Postern.Models;
using Postern.Native;
using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Tests.Defences;

/// <summary>Rates are chosen by clean validation pictures, here of two classes in equal parts.</summary>
public sealed class RateChoiceTests : IDisposable
{
    private static readonly double[] Rates = [1e-4, 3e-4, 1e-3, 3e-3];
    private static readonly float[] Start = [0, 0, 7, 0];

    private static readonly TuningSettings Adam =
        new(UsesSgd: false, Rate: null, Delta: 0.05, Epochs: 1, BatchSize: 8, Decay: 0, Augment: false);

    private readonly Dataset data = new("stripes", new StripeImages(80, classes: 2), new StripeImages(16, classes: 2), 8,
        SampleDefences.Mean, [0.5f, 0.5f, 0.5f], 0, "crop", "drawn by a test");

    // Four classes, two of which no picture has: who answers one of them is never right.
    private readonly Backbone model = ModelCatalog.Create(new Choice(ModelCatalog.All.Get("deit", "deit"),
        new Dictionary<string, string> { ["patch_size"] = "2", ["embed_dim"] = "16", ["depth"] = "1" }), 4, 8, seed: 3);

    public RateChoiceTests() => Answer(Start);

    public void Dispose()
    {
        model.Dispose();
        data.Dispose();
    }

    private RepairInputs Given => new(model, new CleanPictures(data, CleanSplit.Draw(data.Train, share: 0.5m), 16, 1,
        ComputeDevice.Cpu), 1, share => Assert.InRange(share, 0, 1), CancellationToken.None)
    {
        Another = () => throw new InvalidOperationException("no other network is needed"),
    };

    private float[] Bias => model.get_parameter("head.bias")!.data<float>().ToArray();

    private void Answer(float[] bias)
    {
        using var noGrad = no_grad();
        model.get_parameter("head.weight")!.zero_();
        using Tensor values = tensor(bias);
        model.get_parameter("head.bias")!.copy_(values);
    }

    /// <param name="answers">The class that the model answers to everything after a tuning at each rate.</param>
    /// <param name="chosen">The rate that must be chosen.</param>
    /// <param name="delta">What it may cost.</param>
    [Theory]
    [InlineData("0 1 3 3", 3e-4)]
    [InlineData("3 3 0 3", 1e-3)]
    [InlineData("0 3 3 3", 1e-4)]
    [InlineData("1 1 1 1", 3e-3)]
    [InlineData("3 2 3 2", 3e-3)]
    [InlineData("0 1 3 3", 3e-3, 0.5)]
    public void The_largest_rate_whose_accuracy_is_near_the_best_is_chosen_and_its_weights_stay(
        string answers, double chosen, double delta = 0.05)
    {
        int[] classes = [.. answers.Split(' ').Select(int.Parse)];
        var tuned = new List<float[]>();
        double rate = RateChoice.Run(Given, Adam with { Delta = delta }, (at, given) =>
        {
            Assert.Same(model, given.Model);
            Assert.Equal(Start, Bias);
            Assert.Equal(Rates[tuned.Count], at);
            float[] bias = [.. Enumerable.Range(0, 4).Select(c => c == classes[tuned.Count] ? 5f + tuned.Count : 0)];
            tuned.Add(bias);
            Answer(bias);
            given.Progress(1);
        });
        Assert.Equal(chosen, rate);
        Assert.Equal(Rates.Length, tuned.Count);
        Assert.Equal(tuned[Array.IndexOf(Rates, chosen)], Bias);
    }

    [Fact]
    public void A_rate_that_diverges_is_none_to_choose_but_the_first()
    {
        float[] kept = [5, 0, 0, 0];
        Assert.Equal(3e-4, RateChoice.Run(Given, Adam, (rate, _) =>
        {
            Answer(rate > 3e-4 ? [float.NaN, 0, 0, 0] : kept);
            if (rate > 3e-4) throw new DivergedException("no number");
        }));
        Assert.Equal(kept, Bias);
        Assert.Throws<DivergedException>(() => RateChoice.Run(Given, Adam, (_, _) => throw new DivergedException("no number")));
    }

    [Fact]
    public void A_single_rate_is_taken_as_it_is()
    {
        float[] broken = [0, 0, 0, 9];
        Assert.Equal(0.5, RateChoice.Run(Given, Adam with { Rate = 0.5 }, (_, _) => Answer(broken)));
        Assert.Equal(broken, Bias);
    }
}
