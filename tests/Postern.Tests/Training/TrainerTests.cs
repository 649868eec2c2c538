using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp;

namespace Postern.Tests.Training;

public class TrainerTests
{
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    private static Backbone SmallVim() =>
        new Vim(new VimConfig(8, 4, 4, EmbedDim: 16, Depth: 2, StateSize: 4, Classes: 4, DropPath: 0.1));

    private static Backbone SmallResNet() => new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 4));

    private static Backbone Model(string kind) => kind switch
    {
        "vim" => SmallVim(),
        "deit" => new DeiT(new DeiTConfig(8, 4, EmbedDim: 16, Depth: 2, Heads: 2, Classes: 4, DropPath: 0.1)),
        "mambaout" => new MambaOut(new MambaOutConfig([1, 1], [8, 12], Classes: 4, DropPath: 0.1, StemStride: 1)),
        _ => SmallResNet(),
    };

    private static TrainingSettings Settings(bool sgd, int epochs) => new()
    {
        Epochs = epochs,
        BatchSize = 16,
        UseSgd = sgd,
        LearningRate = sgd ? 0.05 : 0.005,
        WeightDecay = 0.01,
        MixupAlpha = 0.2,
        EmaDecay = 0.9,
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

    private static float[] WeightsOf(Backbone model) =>
        [.. model.state_dict().Values.SelectMany(v => v.to_type(torch.ScalarType.Float32).data<float>())];

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

    [Fact]
    public void The_parts_of_a_step_and_the_wait_are_within_the_time_of_the_epoch()
    {
        using Backbone model = Model("resnet");
        model.Initialise(3);
        using var trainer = new Trainer(model, Settings(sgd: true, 1), seed: 3);
        EpochResult epoch = trainer.RunEpoch(Loader(64), _ => Thread.Sleep(10));
        StepTimes t = epoch.Times;
        Assert.True(Math.Min(Math.Min(t.DataWait, t.Forward), Math.Min(t.Backward, t.Optimizer)) > 0, $"{t}");
        // Four steps whose progress slept for 10 ms, which is none of the parts.
        Assert.True(t.DataWait + t.Forward + t.Backward + t.Optimizer <= epoch.Seconds - 0.035, $"{t} in {epoch.Seconds}");
        Assert.Equal(epoch.DataWait, t.DataWait / epoch.Seconds, 1e-12);
    }

    [Fact]
    public void A_batch_that_is_changed_is_the_one_trained_on()
    {
        float[] plain = Trained(null), same = Trained(batch => batch), brighter = Trained(batch =>
        {
            torch.Tensor images = batch.Images + 0.5;
            batch.Images.Dispose();
            return batch with { Images = images };
        });
        Assert.Equal(plain, same);
        Assert.NotEqual(plain, brighter);

        static float[] Trained(Func<Batch, Batch>? change)
        {
            using Backbone model = SmallResNet();
            model.Initialise(5);
            using var trainer = new Trainer(model, Settings(sgd: true, 1), seed: 5);
            trainer.RunEpoch(Loader(40), change: change);
            return WeightsOf(model);
        }
    }

    [Theory]
    [InlineData("vim", false)]
    [InlineData("resnet", true)]
    [InlineData("vim", true)]
    [InlineData("mambaout", false)]
    [InlineData("deit", false)]
    public void A_resumed_run_equals_an_uninterrupted_one_bit_for_bit(string kind, bool sgd)
    {
        string folder = Directory.CreateTempSubdirectory("postern-test-").FullName;
        try
        {
            float[] wholeMeans, resumedMeans;
            using Backbone whole = Model(kind), part = Model(kind), resumed = Model(kind);
            whole.Initialise(5);
            part.Initialise(5);
            using (var trainer = new Trainer(whole, Settings(sgd, 4), seed: 5))
            {
                for (int epoch = 0; epoch < 4; epoch++) trainer.RunEpoch(Loader(40));
                wholeMeans = trainer.Average!.WithAveragedWeights(whole, () => WeightsOf(whole));
            }
            using (var trainer = new Trainer(part, Settings(sgd, 4), seed: 5))
            {
                trainer.RunEpoch(Loader(40));
                trainer.RunEpoch(Loader(40));
                TrainingCheckpoint.Save(folder, trainer.Loop);
            }
            using (var trainer = new Trainer(resumed, Settings(sgd, 4), seed: 5))
            {
                Assert.Null(TrainingCheckpoint.TryLoad(folder, trainer.Loop)!.Damage);
                Assert.Equal(2, trainer.Epoch);
                while (trainer.Epoch < 4) trainer.RunEpoch(Loader(40));
                resumedMeans = trainer.Average!.WithAveragedWeights(resumed, () => WeightsOf(resumed));
            }
            Assert.Equal(WeightsOf(whole), WeightsOf(resumed));
            Assert.Equal(wholeMeans, resumedMeans);
            Assert.NotEqual(WeightsOf(resumed), resumedMeans);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void A_run_that_is_stopped_within_epochs_equals_an_uninterrupted_one_bit_for_bit(bool sgd, int accumulate)
    {
        string folder = Directory.CreateTempSubdirectory("postern-test-").FullName;
        try
        {
            TrainingSettings settings = Settings(sgd, 3) with { Accumulate = accumulate };
            using Backbone whole = SmallResNet();
            whole.Initialise(5);
            List<double> losses = [], resumedLosses = [];
            using (var trainer = new Trainer(whole, settings, seed: 5))
                while (trainer.Epoch < 3) losses.Add(trainer.RunEpoch(Loader(40)).Loss);
            float[] resumed = [];
            for (int stops = 0; resumedLosses.Count < 3; stops++)
            {
                Assert.True(stops < 20, "every run goes on by a step at least");
                using Backbone part = SmallResNet();
                part.Initialise(stops);
                using var trainer = new Trainer(part, settings, seed: 5);
                if (TrainingCheckpoint.TryLoad(folder, trainer.Loop) is null) part.Initialise(5);
                using var stop = new CancellationTokenSource();
                try
                {
                    int first = trainer.Loop.Begun;
                    EpochResult epoch = trainer.RunEpoch(Loader(40), _ => stop.Cancel(), stop.Token);
                    Assert.True(epoch.Seconds > 0);
                    resumedLosses.Add(epoch.Loss);
                }
                catch (OperationCanceledException)
                {
                    Assert.NotNull(trainer.Loop.Part);
                }
                TrainingCheckpoint.Save(folder, trainer.Loop);
                resumed = WeightsOf(part);
            }
            Assert.Equal(losses, resumedLosses);
            Assert.Equal(WeightsOf(whole), resumed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("last.safetensors", true)]
    [InlineData("state-0002.safetensors", true)]
    [InlineData("last.safetensors", false)]
    public void A_damaged_checkpoint_gives_way_to_the_one_before_and_is_never_used(string file, bool hasPrevious)
    {
        string folder = Directory.CreateTempSubdirectory("postern-test-").FullName;
        try
        {
            using Backbone model = SmallResNet(), restored = SmallResNet();
            model.Initialise(5);
            using var trainer = new Trainer(model, Settings(sgd: true, 3), seed: 5);
            trainer.RunEpoch(Loader(40));
            if (hasPrevious) TrainingCheckpoint.Save(folder, trainer.Loop);
            float[] first = WeightsOf(model);
            trainer.RunEpoch(Loader(40));
            TrainingCheckpoint.Save(folder, trainer.Loop);
            string path = Path.Combine(folder, file);
            byte[] bytes = File.ReadAllBytes(path);
            bytes[^5] ^= 0x10;
            File.WriteAllBytes(path, bytes);
            restored.Initialise(6);
            using var next = new Trainer(restored, Settings(sgd: true, 3), seed: 5);
            if (!hasPrevious)
            {
                Assert.Contains("damaged",
                    Assert.Throws<InputException>(() => TrainingCheckpoint.TryLoad(folder, next.Loop)).Message,
                    StringComparison.Ordinal);
                return;
            }
            Assert.StartsWith(path, TrainingCheckpoint.TryLoad(folder, next.Loop)!.Damage, StringComparison.Ordinal);
            Assert.Equal(1, next.Epoch);
            Assert.Equal(first, WeightsOf(restored));
            Assert.Equal(1, TrainingCheckpoint.EpochOf(folder));
            next.RunEpoch(Loader(40));
            TrainingCheckpoint.Save(folder, next.Loop);
            Assert.Equal(WeightsOf(model), WeightsOf(restored));
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
    [LongGroup("Long")]
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

    [Fact]
    public void The_running_mean_follows_the_weights_with_its_decay()
    {
        using Backbone model = SmallVim();
        model.Initialise(1);
        using var average = new WeightAverage(model, decay: 0.75);
        float[] before = WeightsOf(model);
        model.Initialise(2);
        average.Update(model);
        float[] after = WeightsOf(model), means = average.WithAveragedWeights(model, () => WeightsOf(model));
        Assert.Equal(after, WeightsOf(model));
        for (int i = 0; i < means.Length; i++) Assert.Equal(0.75 * before[i] + 0.25 * after[i], means[i], 1e-5);
    }

    [Fact]
    public void Gradients_of_two_half_batches_make_the_update_of_a_whole_one()
    {
        // Without batch norm and stochastic depth, the mean over halves is the mean over the whole.
        using Backbone whole = WithoutDropPath(), halves = WithoutDropPath();
        foreach ((Backbone model, int batch, int accumulate) in new[] { (whole, 16, 1), (halves, 8, 2) })
        {
            model.Initialise(2);
            using var trainer = new Trainer(model,
                Settings(sgd: true, 1) with { MixupAlpha = 0, Accumulate = accumulate, Schedule = new StepSchedule(0.05, [], 1) },
                seed: 2);
            // 40 samples: the last update of the epoch is made of a single batch of 8 either way.
            trainer.RunEpoch(Loader(40) with { BatchSize = batch, Augment = Augmentations.Centre });
        }
        float[] expected = WeightsOf(whole), actual = WeightsOf(halves);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);

        static Backbone WithoutDropPath() => new DeiT(new DeiTConfig(8, 4, EmbedDim: 16, Depth: 2, Heads: 2, Classes: 4));
    }
}
