using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;
using Postern.Evaluation;
using Postern.Models;
using Postern.Native;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Tests.Defences;

/// <summary>
/// A tiny model of stripes, with a real backdoor or clean, learnt in seconds: BadNets' patch in the corner of eight-pixel
/// pictures.
/// </summary>
internal sealed class BackdooredStripes : IDisposable
{
    public const int Target = 1;
    private const double LearningRate = 0.004;

    public BackdooredStripes(string model, bool poisoned = true)
    {
        int epochs = model == "deit" ? 80 : 12;
        Data = SampleDefences.Stripes(train: 240, test: 96);
        Model = ModelCatalog.Create(
            new Choice(ModelCatalog.All.Get(model, model), Sizes(model)), Data.Classes, 8, seed: 3);
        Attack = AttackCatalog.Create(new Choice(AttackCatalog.All.Get("badnets", "test"),
            new Dictionary<string, string> { ["target"] = $"{Target}", ["poison_rate"] = "0.2" }),
            new DatasetTraits("stripes", Target))!;
        Plan = poisoned ? Attack.Plan(Data.Train.Labels, seed: 5) : PoisonPlan.Empty;
        BatchLoader = new BatchLoader(Data.Train, Data.Mean, Data.Std, 8, Augmentations.Centre,
            new PoisonedSamples(Attack, Plan, false), 16, Workers: 1);
        Recipe = new TrainingSettings
        {
            Epochs = epochs,
            BatchSize = 16,
            LearningRate = LearningRate,
            // A DeiT that goes on at this rate is thrown back now and then, and rounding decides when.
            Schedule = new StepSchedule(LearningRate, model == "deit" ? [epochs * 3 / 4] : [], 0.2),
        };
        Another = () => ModelCatalog.Create(
            new Choice(ModelCatalog.All.Get(model, model), Sizes(model)), Data.Classes, 8, seed: 4);
        using var trainer = new Trainer(Model, Recipe, seed: 1);
        for (int i = 0; i < epochs; i++) trainer.RunEpoch(BatchLoader);
        Model.eval();
    }

    public Dataset Data { get; }

    public Backbone Model { get; }

    public Attack Attack { get; }

    public PoisonPlan Plan { get; }

    public TrainingSettings Recipe { get; }

    /// <summary>Makes a network of the same architecture.</summary>
    public Func<Backbone> Another { get; }

    /// <summary>The training pictures as they were trained on.</summary>
    public BatchLoader BatchLoader { get; }

    public Evaluator Evaluator => new(Model,
        new BatchLoader(Data.Test, Data.Mean, Data.Std, 8, Augmentations.Centre, null, 32, Workers: 1), Seed: 7);

    public CleanPictures Clean =>
        new(Data, CleanSplit.Draw(Data.Train, share: 0.4m), batchSize: 16, workers: 1, ComputeDevice.Cpu);

    private static Dictionary<string, string> Sizes(string model) => model switch
    {
        "vim" => new() { ["patch_size"] = "2", ["embed_dim"] = "16", ["depth"] = "3", ["state_size"] = "4" },
        "deit" => new() { ["patch_size"] = "2", ["embed_dim"] = "16", ["depth"] = "3" },
        "mambaout" => new() { ["depths"] = "1,2", ["dims"] = "8,16", ["stem_stride"] = "1" },
        _ => [],
    };

    public void Dispose()
    {
        Model.Dispose();
        Data.Dispose();
    }
}
