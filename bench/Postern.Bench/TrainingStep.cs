using Postern.Configuration;
using Postern.Models;
using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Bench;

/// <summary>
/// One training step (forward, backward, AdamW) of the paper's CIFAR Vim: patch 4, width 256, depth 12. The fused kernels against
/// the same model with the scan and the convolution as tensor operations.
/// </summary>
internal static class TrainingStep
{
    /// <summary>Prints images a second and the ratio.</summary>
    public static void Compare(int batch = 8, int rounds = 3)
    {
        random.manual_seed(1);
        var config = new VimConfig(32, 4, 4, EmbedDim: 256, Depth: 12, StateSize: 16, Classes: 10);
        using var fused = new Vim(config);
        using var loop = new Vim(config) { UseLoop = true };
        var settings = new TrainingSettings { Epochs = 1, BatchSize = batch, LearningRate = 1e-4, WeightDecay = 0.05, Schedule = new CosineSchedule(1e-4, 1e-5, 1e-5, 0, 1) };
        using var fusedTrainer = new Trainer(fused, settings, seed: 0);
        using var loopTrainer = new Trainer(loop, settings, seed: 0);
        using var data = new Batch(randn(batch, 3, 32, 32), randint(10, batch, ScalarType.Int64), [.. Enumerable.Range(0, batch)]);
        (double slow, double fast) = SideBySide.Medians(rounds, () => loopTrainer.RunStep(data, 1e-4), () => fusedTrainer.RunStep(data, 1e-4));
        Console.WriteLine($"training step of vim-cifar, batch {batch}: loop {batch / slow:f2} img/s, fused {batch / fast:f1} img/s, {slow / fast:f1} times faster");
        using var large = new Batch(randn(128, 3, 32, 32), randint(10, 128, ScalarType.Int64), [.. Enumerable.Range(0, 128)]);
        (_, double seconds) = SideBySide.Medians(rounds, () => { }, () => fusedTrainer.RunStep(large, 1e-4));
        Console.WriteLine($"training step of vim-cifar, batch 128: fused {128 / seconds:f1} img/s");
        foreach (string name in new[] { "resnet18", "deit-cifar", "mambaout-femto", "mambaout-tiny" }) Family(name, rounds);
    }

    /// <summary>The other families on 32x32 pictures; GFLOP/s counts three times the forward pass's multiply-adds, two each.</summary>
    private static void Family(string name, int rounds, int batch = 64)
    {
        using Backbone model = ModelCatalog.Create(new Choice(ModelCatalog.All.Single(m => m.Name == name)), classes: 10, imageSize: 32, seed: 0);
        var settings = new TrainingSettings { Epochs = 1, BatchSize = batch, LearningRate = 1e-4, WeightDecay = 0.05, Schedule = new CosineSchedule(1e-4, 1e-5, 1e-5, 0, 1) };
        using var trainer = new Trainer(model, settings, seed: 0);
        using var data = new Batch(randn(batch, 3, 32, 32), randint(10, batch, ScalarType.Int64), [.. Enumerable.Range(0, batch)]);
        (_, double seconds) = SideBySide.Medians(rounds, () => { }, () => trainer.RunStep(data, 1e-4));
        Console.WriteLine($"training step of {name}, batch {batch}: {batch / seconds:f1} img/s, {6e-9 * model.MultiplyAdds(32) * batch / seconds:f0} GFLOP/s");
    }
}
