using Postern.Models;
using Postern.Training;
using TorchSharp;

namespace Postern.Tests.Training;

public class TrainerTests
{
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    private static Backbone SmallVim() => new Vim(new VimConfig(8, 4, 4, EmbedDim: 16, Depth: 2, StateSize: 4, Classes: 4, DropPath: 0.1));

    private static Backbone SmallResNet() => new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 4));

    private static Backbone Model(string kind) => kind == "vim" ? SmallVim() : SmallResNet();

    private static TrainingSettings Settings(bool sgd, int epochs) => new()
    {
        Epochs = epochs,
        BatchSize = 16,
        UseSgd = sgd,
        LearningRate = sgd ? 0.05 : 0.005,
        WeightDecay = 0.01,
        MixupAlpha = 0.2,
        Schedule = new CosineSchedule(sgd ? 0.05 : 0.005, 1e-5, 1e-5, 0.5, epochs),
    };

    private static BatchLoader Loader(int count, int workers = 2) =>
        new(new StripeImages(count), Half, Half, 8, Augmentations.FlipCrop, null, 16, workers);

    /// <summary>Counts after what other tests left to the collector is gone.</summary>
    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    private static float[] WeightsOf(Backbone model) => [.. model.state_dict().Values.SelectMany(v => v.to_type(torch.ScalarType.Float32).data<float>())];

    [Theory]
    [InlineData("vim", false)]
    [InlineData("resnet", true)]
    public void Training_lowers_the_loss(string kind, bool sgd)
    {
        using Backbone model = Model(kind);
        model.Initialise(3);
        using var trainer = new Trainer(model, Settings(sgd, 6) with { MixupAlpha = 0 }, seed: 3);
        BatchLoader loader = Loader(64) with { Augment = Augmentations.Centre };
        double first = trainer.RunEpoch(loader).Loss, last = 0;
        for (int epoch = 1; epoch < 6; epoch++) last = trainer.RunEpoch(loader).Loss;
        Assert.True(last < 0.8 * first, $"{first} -> {last}");
    }

    [Theory]
    [InlineData("vim", false)]
    [InlineData("resnet", true)]
    [InlineData("vim", true)]
    public void A_resumed_run_equals_an_uninterrupted_one_bit_for_bit(string kind, bool sgd)
    {
        string folder = Directory.CreateTempSubdirectory("postern-test-").FullName;
        try
        {
            using Backbone whole = Model(kind), part = Model(kind), resumed = Model(kind);
            whole.Initialise(5);
            part.Initialise(5);
            using (var trainer = new Trainer(whole, Settings(sgd, 4), seed: 5))
                for (int epoch = 0; epoch < 4; epoch++) trainer.RunEpoch(Loader(40));
            using (var trainer = new Trainer(part, Settings(sgd, 4), seed: 5))
            {
                trainer.RunEpoch(Loader(40));
                trainer.RunEpoch(Loader(40));
                TrainingCheckpoint.Save(folder, part, trainer);
            }
            using (var trainer = new Trainer(resumed, Settings(sgd, 4), seed: 5))
            {
                Assert.True(TrainingCheckpoint.TryLoad(folder, resumed, trainer));
                Assert.Equal(2, trainer.Epoch);
                while (trainer.Epoch < 4) trainer.RunEpoch(Loader(40));
            }
            Assert.Equal(WeightsOf(whole), WeightsOf(resumed));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_number_of_loader_threads_changes_nothing()
    {
        using Backbone one = SmallVim(), many = SmallVim();
        foreach ((Backbone model, int workers) in new[] { (one, 1), (many, 7) })
        {
            model.Initialise(2);
            using var trainer = new Trainer(model, Settings(sgd: false, 2), seed: 2);
            trainer.RunEpoch(Loader(48, workers));
        }
        Assert.Equal(WeightsOf(one), WeightsOf(many));
    }

    [Theory]
    [InlineData("vim", false)]
    [InlineData("resnet", true)]
    public void Live_tensors_stay_flat_over_200_steps(string kind, bool sgd)
    {
        using Backbone model = Model(kind);
        using var trainer = new Trainer(model, Settings(sgd, 100), seed: 1);
        trainer.RunEpoch(Loader(80));
        long before = LiveTensors();
        for (int epoch = 0; epoch < 40; epoch++) trainer.RunEpoch(Loader(80));
        Assert.Equal(200 + 5, trainer.Step);
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_training_with_the_epoch_and_the_rate()
    {
        using Backbone model = SmallResNet();
        using var trainer = new Trainer(model, Settings(sgd: true, 3) with { Schedule = new StepSchedule(1e30, [], 1) }, seed: 1);
        DivergedException error = Assert.Throws<DivergedException>(() =>
        {
            trainer.RunEpoch(Loader(64));
            trainer.RunEpoch(Loader(64));
        });
        Assert.Contains("lr 1e+30", error.Message, StringComparison.Ordinal);
    }
}
