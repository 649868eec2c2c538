using System.Diagnostics;
using Postern.Configuration;
using Postern.Models;
using Postern.Models.Ops;
using Postern.Native;
using Postern.Native.Paths;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// Steps of training of a small model on a card and on the processor, from the same weights over the same pictures: whether it
/// learns alike there, and how fast.
/// </summary>
internal static class TrainingTrial
{
    // Rounding grows from step to step, and most where batches are normalised. Between the processor's fused and plain paths the
    // losses of fifty steps differed by 0.014 there, and by 6e-6 elsewhere.
    private const double AllowedLoss = 0.005, AllowedWithBatchNorm = 0.1;

    private const double Rate = 0.003, Momentum = 0.9;
    private const int Batch = 16, Batches = 4, Classes = 10, Side = 32, StepsOfPace = 5;

    /// <summary>What the losses and the pace are.</summary>
    /// <param name="entry">The model.</param>
    /// <param name="ops">The kernels of the card.</param>
    /// <param name="device">The card.</param>
    /// <param name="steps">Steps; at least 2, of which the first is not timed.</param>
    /// <returns>One finding, fatal where the losses are not those of the processor.</returns>
    public static Finding Of(ModelEntry entry, IModelOps ops, ComputeDevice device, int steps)
    {
        (double[] here, double processor) = Train(entry, ComputeDevice.Cpu, ops: null, steps);
        (double[] there, double card) = Train(entry, device, ops, steps);
        double allowed = NormalisesOverBatches(entry) ? AllowedWithBatchNorm : AllowedLoss,
            worst = here.Zip(there, (a, b) => Math.Abs(a - b)).Max();
        string pace = FormattableString.Invariant($"{card:f0} pictures a second, and {processor:f0} on the processor");
        if (entry.Name.StartsWith("vim", StringComparison.Ordinal))
        {
            (_, double plain) = Train(entry, device, ModelOps.Chunked, Math.Min(steps, StepsOfPace));
            pace += FormattableString.Invariant($", {plain:f0} without the kernels");
        }
        string value = FormattableString.Invariant(
            $"losses of {steps} steps differ by {worst:g2} at most from the processor's, allowed {allowed:g2}; {pace}");
        return worst <= allowed
            ? new($"training {entry.Name}", value)
            : new($"training {entry.Name}", value, "set device: cpu, and report the card, the driver and this line (docs/gpu.md)",
                Fatal: true);
    }

    /// <summary>The loss of each step, and pictures a second.</summary>
    internal static (double[] Losses, double Pace) Train(ModelEntry entry, ComputeDevice device, IModelOps? ops, int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone network = ModelCatalog.Create(new Choice(entry), Classes, Side, seed: 0, device);
        network.Ops = ops;
        network.train();
        using var trainer = new Trainer(network, new TrainingSettings
        {
            Epochs = 1,
            BatchSize = Batch,
            UseSgd = true,
            LearningRate = Rate,
            Momentum = Momentum,
            Schedule = new StepSchedule(Rate, [], 1),
        }, seed: 0);
        Batch[] batches = [.. Enumerable.Range(0, Batches).Select(i => Pictures(i, device))];
        double[] losses = new double[steps];
        long start = 0;
        for (int step = 0; step < steps; step++)
        {
            if (step == 1) start = Stopwatch.GetTimestamp();
            losses[step] = trainer.RunStep(batches[step % Batches], Rate);
        }
        return (losses, Batch * (steps - 1) / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static bool NormalisesOverBatches(ModelEntry entry)
    {
        using Backbone network = ModelCatalog.Create(new Choice(entry), Classes, Side, seed: 0);
        return network.NormalisesOverBatches;
    }

    private static Batch Pictures(int number, ComputeDevice device)
    {
        // Off the grid of the trials' numbers, on which pooling meets ties that rounding breaks in either way.
        float[] numbers = Array.ConvertAll(TrialTensors.Draw(Batch * 3 * Side * Side, number + 1), v => v * 0.7390851f);
        return new Batch(tensor(numbers).view(Batch, 3, Side, Side).to(device.Torch),
            (arange(Batch) + number).remainder(Classes).to(device.Torch), [.. Enumerable.Range(0, Batch)]);
    }
}
