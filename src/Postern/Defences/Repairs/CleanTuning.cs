using Postern.Models;
using Postern.Native.Paths;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Postern.Training.Optimisation.AdamW;

namespace Postern.Defences.Repairs;

/// <summary>
/// Epochs over the clean split: the loop of every repair that trains. What a repair computes in a step, and what it does after
/// one, is its own.
/// </summary>
internal sealed record CleanTuning
{
    private const double Momentum = 0.9;

    /// <summary>The model and the pictures.</summary>
    public required RepairInputs Given { get; init; }

    /// <summary>How it trains.</summary>
    public required TuningSettings Settings { get; init; }

    /// <summary>Learning rate at first; a cosine over the epochs brings it down.</summary>
    public required double Rate { get; init; }

    /// <summary>What is trained; null for all weights of the model.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)>? Trained { get; init; }

    /// <summary>Whether the rate stays as it is.</summary>
    public bool Constant { get; init; }

    /// <summary>Whether the model stays in evaluation mode, with its running statistics and all of its depth.</summary>
    public bool Still { get; init; }

    /// <summary>Cross-entropy of the model, all weights.</summary>
    public void Run() => Run(batch => Backward(
        nn.functional.cross_entropy(Given.Model.forward(batch.Images), batch.Labels)));

    /// <summary>Trains.</summary>
    /// <param name="addGradients">Leaves the gradients of a batch in what is trained, as <see cref="Backward"/> does.</param>
    /// <param name="after">Follows each update; null for nothing.</param>
    public void Run(Action<Batch> addGradients, Action? after = null)
    {
        Backbone model = Given.Model;
        SelfCheck.Ensure(model.Precision == Precision.BFloat16);
        TrainedParameter[] parameters =
            [.. (Trained ?? [.. model.named_parameters()])
                .Select(p => new TrainedParameter(p.Name, p.Parameter, Settings.Decay))];
        using Optimizer optimizer = Settings.UsesSgd ? new Sgd(parameters, Momentum) : new AdamW(parameters);
        BatchLoader loader = (Settings.Augment ? Given.Clean.Training : Given.Clean.Tuning) with
        {
            BatchSize = Settings.BatchSize,
        };
        long step = 0;
        for (int epoch = 0; epoch < Settings.Epochs; epoch++)
        {
            double rate = Constant ? Rate : Rate * (1 + Math.Cos(Math.PI * epoch / Settings.Epochs)) / 2;
            foreach (Batch batch in loader.Load(loader.EpochOrder(Given.Seed, epoch), Given.Seed, epoch, Given.Cancel))
            {
                using DisposeScope scope = NewDisposeScope();
                using Batch owned = batch;
                model.train(!Still);
                model.StepKey = (Given.Seed, step++);
                optimizer.ZeroGradients();
                addGradients(batch);
                optimizer.Step(rate);
                after?.Invoke();
            }
            Given.Progress((epoch + 1.0) / Settings.Epochs);
        }
        model.eval();
        optimizer.ZeroGradients();
    }

    /// <summary>Adds the gradients of a loss.</summary>
    /// <exception cref="DivergedException">It is no number.</exception>
    public static void Backward(Tensor loss)
    {
        double value = loss.detach().to(ScalarType.Float64).item<double>();
        if (!double.IsFinite(value)) throw new DivergedException("the repair's loss is no number; try a lower rate");
        loss.backward();
    }
}
