using Postern.Defences.TrainingRules;
using Postern.Kernels;
using Postern.Models;
using Postern.Tests.Studies;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Defences;

/// <summary>DBD's three parts: features without labels, the classifier alone, all from trusted labels.</summary>
public sealed class DbdTests
{
    private const int Count = 40, Epochs = 10, Contrast = 5, Head = 1;
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    private static BatchLoader Loader() =>
        new(new StripeImages(Count), Half, Half, 8, Augmentations.FlipCrop, null, 16, Workers: 2);

    private static Backbone Model(string family) => family == "resnet"
        ? Initialised(new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 4)))
        : Initialised(new MambaOut(new MambaOutConfig([1, 1], [8, 16], Classes: 4, StemStride: 1)));

    private static Backbone Initialised(Backbone model)
    {
        model.Initialise(3);
        return model;
    }

    private static Trainer Start(Backbone model, int epochs = Epochs, params (string, string)[] options) => new(model,
        new TrainingSettings
        {
            Epochs = epochs,
            BatchSize = 16,
            LearningRate = 0.01,
            WeightDecay = 0.05,
            Schedule = new StepSchedule(0.01, [], 1),
        }, seed: 5, SampleDefences.Make("dbd", options).TrainingRule);

    private static Dictionary<string, float[]> Weights(Backbone model) => model.state_dict().ToDictionary(
        p => p.Key, p => p.Value.to_type(ScalarType.Float32).data<float>().ToArray());

    [Theory]
    [InlineData("resnet", "linear.")]
    [InlineData("mambaout", "head.")]
    [LongGroup("Long")]
    public void Features_are_learnt_without_the_classifier_and_the_classifier_without_the_features(string family, string head)
    {
        using Backbone model = Model(family);
        using Trainer trainer = Start(model);
        Dictionary<string, float[]> before = Weights(model);
        while (trainer.Epoch < Epochs)
        {
            trainer.RunEpoch(Loader());
            Dictionary<string, float[]> after = Weights(model);
            string[] moved = [.. after.Keys.Where(k => !after[k].SequenceEqual(before[k]))];
            bool features = trainer.Epoch is <= Contrast or > Contrast + Head, classifier = trainer.Epoch > Contrast;
            Assert.Equal(features, moved.Any(k => !k.StartsWith(head, StringComparison.Ordinal)));
            Assert.Equal(classifier, moved.Any(k => k.StartsWith(head, StringComparison.Ordinal)));
            Assert.All(after.Values.SelectMany(v => v), v => Assert.True(float.IsFinite(v)));
            before = after;
        }
    }

    [Fact]
    public void Half_of_the_samples_is_trusted_those_with_the_lowest_loss()
    {
        float[] losses = [.. Enumerable.Range(0, Count).Select(i => (float)(i * 7 % Count))];
        var memory = new RuleMemory();
        ITrainingRule rule = SampleDefences.Make("dbd").TrainingRule!;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            Assert.Equal(EpochSamples.All, rule.Choose(new RuleEpoch(epoch, Epochs, Count, memory, () => losses)));
            Assert.Equal(epoch >= Contrast + Head, memory.Find("labelled") is not null);
        }
        Assert.Equal(losses.Select(l => l < Count / 2 ? 1L : 0), memory.Find("labelled"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    [LongGroup("Long")]
    public void A_resumed_training_equals_an_uninterrupted_one_bit_for_bit(int stop)
    {
        using var folder = new TemporaryFolder();
        using Backbone whole = Model("mambaout"), part = Model("mambaout"), resumed = Model("mambaout");
        using (Trainer trainer = Start(whole))
            while (trainer.Epoch < Epochs) trainer.RunEpoch(Loader());
        using (Trainer trainer = Start(part))
        {
            while (trainer.Epoch < stop) trainer.RunEpoch(Loader());
            TrainingCheckpoint.Save(folder.Path, trainer.Loop);
        }
        using (Trainer trainer = Start(resumed))
        {
            Assert.NotNull(TrainingCheckpoint.TryLoad(folder.Path, trainer.Loop));
            while (trainer.Epoch < Epochs) trainer.RunEpoch(Loader());
        }
        Assert.Equal(Weights(whole), Weights(resumed));
    }

    [Theory]
    [InlineData("full", 10, "lengths: full takes 300 epochs and the recipe has 10; set train: {epochs: 300}")]
    [InlineData("reduced", 2, "needs an epoch for each of its three parts and the recipe has 2")]
    public void Recipes_without_room_for_its_parts_are_told_so(string lengths, int epochs, string expected)
    {
        using Backbone model = Model("mambaout");
        using Trainer trainer = Start(model, epochs, ("lengths", lengths));
        Assert.Contains(expected, Assert.Throws<InputException>(() => trainer.RunEpoch(Loader())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Views_of_one_picture_are_drawn_together()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor apart = eye(4), together = cat([eye(4).narrow(0, 0, 2), eye(4).narrow(0, 0, 2)]);
        Assert.True(SemiSupervision.Contrast(together, 0.5).item<float>() < SemiSupervision.Contrast(apart, 0.5).item<float>());
    }

    [Fact]
    public void A_sample_that_cannot_be_learnt_costs_a_bounded_share()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor label = tensor(new long[] { 0 });
        double even = SemiSupervision.Symmetric(zeros(1, 2), label).item<float>();
        Assert.Equal(0.1 * Math.Log(2) + 0.5 * Math.Log(1e4), even, 4);
        Tensor sharp = SemiSupervision.Sharpened(tensor(new float[,] { { 0.6f, 0.4f } }), 0.5);
        Assert.Equal(0.36 / 0.52, sharp[0, 0].item<float>(), 4);
        Assert.Equal(1, sharp.sum().item<float>(), 4);
    }

    [Fact]
    public void Views_stay_pictures_and_are_functions_of_their_draws()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = linspace(0, 1, 2 * 3 * 64).view(2, 3, 8, 8);
        float[] Strong(long step) => PictureViews.Strong(x, RandomStream.For(1, "test", step)).data<float>().ToArray();
        Assert.All(Strong(1), v => Assert.InRange(v, 0, 1));
        Assert.Equal(Strong(1), Strong(1));
        Assert.NotEqual(Strong(1), Strong(2));
        Assert.Equal(x.shape, PictureViews.Weak(x, RandomStream.For(1, "test")).shape);
    }
}
