using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using static TorchSharp.torch;

namespace Postern.Tests.Training;

/// <summary>Rules that leave samples out, relabel them and turn losses round, as defences in training do.</summary>
public class TrainingRuleTests
{
    private const int Count = 40, Epochs = 4;
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    private static BatchLoader Loader() =>
        new(new StripeImages(Count), Half, Half, 8, Augmentations.FlipCrop, null, 16, Workers: 2);

    private static Backbone Model()
    {
        var model = new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 4));
        model.Initialise(3);
        return model;
    }

    private static Trainer Start(Backbone model, ITrainingRule? rule) => new(model, new TrainingSettings
    {
        Epochs = Epochs,
        BatchSize = 16,
        UseSgd = true,
        LearningRate = 0.05,
        MixupAlpha = 0.2,
        Schedule = new CosineSchedule(0.05, 1e-5, 1e-5, 0.5, Epochs),
    }, seed: 5, rule);

    private static float[] WeightsOf(Backbone model) =>
        [.. model.state_dict().Values.SelectMany(v => v.to_type(ScalarType.Float32).data<float>())];

    private static float[] Train(ITrainingRule? rule, Action<EpochResult>? see = null)
    {
        using Backbone model = Model();
        using Trainer trainer = Start(model, rule);
        while (trainer.Epoch < Epochs)
        {
            EpochResult epoch = trainer.RunEpoch(Loader());
            see?.Invoke(epoch);
        }
        return WeightsOf(model);
    }

    [Fact]
    [LongGroup("Long")]
    public void A_rule_that_keeps_all_and_takes_the_mean_is_training_without_one()
    {
        float[] plain = Train(null), ruled = Train(new Plain());
        // Sum and mean of losses round otherwise than the loss of the library.
        Assert.All(plain.Zip(ruled), p => Assert.Equal(p.First, p.Second, 2e-3));
        Assert.NotEqual(plain, Train(new Isolation()));
    }

    [Fact]
    public void Isolated_samples_alone_are_trained_on_and_the_rule_remembers_who_they_are()
    {
        var samples = new List<int>();
        var rule = new Isolation();
        Train(rule, epoch => samples.Add(epoch.Samples));
        Assert.Equal([Count, Count, 4, 4], samples);
        Assert.Equal(1, rule.Measured);
    }

    [Fact]
    [LongGroup("Long")]
    public void A_resumed_run_under_a_rule_equals_an_uninterrupted_one_bit_for_bit()
    {
        string folder = Directory.CreateTempSubdirectory("postern-test-").FullName;
        try
        {
            float[] whole = Train(new Isolation());
            for (int stop = 1; stop < Epochs; stop++)
            {
                using Backbone part = Model(), resumed = Model();
                using (Trainer trainer = Start(part, new Isolation()))
                {
                    while (trainer.Epoch < stop) trainer.RunEpoch(Loader());
                    TrainingCheckpoint.Save(folder, trainer.Loop);
                }
                using (Trainer trainer = Start(resumed, new Isolation()))
                {
                    Assert.NotNull(TrainingCheckpoint.TryLoad(folder, trainer.Loop));
                    while (trainer.Epoch < Epochs) trainer.RunEpoch(Loader());
                }
                Assert.Equal(whole, WeightsOf(resumed));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void New_labels_are_what_is_learnt()
    {
        using Backbone model = Model();
        using Trainer trainer = Start(model, new AllOneClass());
        double first = trainer.RunEpoch(Loader()).Loss, last = first;
        while (trainer.Epoch < Epochs) last = trainer.RunEpoch(Loader()).Loss;
        Assert.True(last < first);
        model.eval();
        int[] predicted = Predictions.Of(model.forward, Loader() with { Augment = Augmentations.Centre },
            [.. Enumerable.Range(0, Count)]);
        Assert.All(predicted, p => Assert.Equal(2, p));
    }

    [Fact]
    public void A_rule_that_leaves_nobody_is_a_defect_that_names_it()
    {
        using Backbone model = Model();
        using Trainer trainer = Start(model, new Nobody());
        Assert.Contains(nameof(Nobody), Assert.Throws<InvalidOperationException>(() => trainer.RunEpoch(Loader())).Message,
            StringComparison.Ordinal);
    }

    private class Plain : ITrainingRule
    {
        public virtual EpochSamples Choose(RuleEpoch epoch) => EpochSamples.All;

        public virtual Tensor Loss(Tensor losses, RuleBatch batch) => losses.mean();
    }

    /// <summary>ABL in small: two epochs of flooding, then the tenth with the lowest loss is isolated and unlearnt.</summary>
    private sealed class Isolation : Plain
    {
        private const double Flood = 0.3;

        public int Measured { get; private set; }

        public override EpochSamples Choose(RuleEpoch epoch)
        {
            if (epoch.Epoch < 2) return EpochSamples.All;
            if (epoch.Memory.Find("isolated") is not { } isolated)
            {
                Measured++;
                isolated = [.. epoch.Losses().Index().OrderBy(l => l.Item).Take(epoch.Samples / 10).Select(l => (long)l.Index)];
                epoch.Memory.Keep("isolated", isolated);
            }
            return new EpochSamples(isolated.Select(i => (int)i).ToHashSet());
        }

        public override Tensor Loss(Tensor losses, RuleBatch batch) =>
            batch.Epoch < 2 ? (losses.mean() - Flood).abs() + Flood : -0.1 * losses.mean();
    }

    private sealed class AllOneClass : Plain
    {
        public override EpochSamples Choose(RuleEpoch epoch) =>
            new(Labels: Enumerable.Range(0, epoch.Samples).ToDictionary(i => i, _ => 2));
    }

    private sealed class Nobody : Plain
    {
        public override EpochSamples Choose(RuleEpoch epoch) => new(new HashSet<int>());
    }
}
