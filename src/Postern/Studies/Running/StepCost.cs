using System.Diagnostics;
using Postern.Datasets;
using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Studies;

/// <summary>What a picture costs one model on this machine, measured on a few small batches of noise.</summary>
/// <param name="TrainSeconds">Forward, backward and update, seconds a picture.</param>
/// <param name="TestSeconds">Forward alone, seconds a picture.</param>
/// <param name="Parameters">Trainable parameters of the model.</param>
public sealed record StepCost(double TrainSeconds, double TestSeconds, long Parameters)
{
    private const int SmallInput = 64, SmallBatch = 64, LargeBatch = 8, Rounds = 3;

    /// <summary>Measures the model of <paramref name="cell"/>; takes seconds. libtorch must be loaded.</summary>
    public static StepCost Measure(Cell cell, DatasetScale scale)
    {
        using DisposeScope scope = NewDisposeScope();
        int batch = scale.InputSize <= SmallInput ? SmallBatch : LargeBatch;
        using Backbone model = ModelCatalog.Create(cell.Model, scale.Classes, scale.InputSize, cell.Seed);
        using var trainer = new Trainer(model, TrainingOptions.Settings(cell.Training), cell.Seed);
        using var data = new Batch(randn(batch, 3, scale.InputSize, scale.InputSize), zeros(batch, ScalarType.Int64),
            [.. Enumerable.Range(0, batch)]);
        model.train();
        double train = Fastest(() => trainer.RunStep(data, lr: 0)) / batch;
        model.eval();
        double test = Fastest(() =>
        {
            using DisposeScope pass = NewDisposeScope();
            using (inference_mode()) return model.forward(data.Images).sum().item<float>();
        }) / batch;
        return new StepCost(train, test, model.ParameterCount);
    }

    // The fastest of a few: other work on the machine only ever adds.
    private static double Fastest(Func<double> step)
    {
        step();
        return Enumerable.Range(0, Rounds).Min(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            step();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
    }
}
