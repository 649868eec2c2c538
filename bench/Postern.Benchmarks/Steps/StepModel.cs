using Postern.Configuration;
using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>A backbone of the catalogue with a batch of noise, ready for training steps: forward, backward and AdamW.</summary>
internal sealed class StepModel : IDisposable
{
    /// <summary>Of its AdamW.</summary>
    public const double LearningRate = 1e-4;

    private const int Classes = 10;
    private readonly Backbone model;
    private readonly Trainer trainer;
    private readonly Batch data;

    /// <param name="name">Name in <see cref="ModelCatalog"/>.</param>
    /// <param name="side">Side of the pictures.</param>
    /// <param name="batch">Pictures in a step.</param>
    /// <param name="precision">Of its products and convolutions.</param>
    /// <param name="others">Options that are set.</param>
    public StepModel(string name, int side, int batch, Precision precision, params (string Name, string Value)[] others)
    {
        random.manual_seed(1);
        ModelEntry entry = ModelCatalog.All.Single(m => m.Name == name);
        // Without stochastic depth, so that every step and every reference does the same work.
        var options = entry.Options.Where(o => o.Name == "drop_path").ToDictionary(o => o.Name, _ => "0");
        foreach ((string option, string value) in others) options[option] = value;
        model = ModelCatalog.Create(new Choice(entry, options), Classes, side, seed: 0);
        model.Precision = precision;
        trainer = new Trainer(model, new TrainingSettings
        {
            Epochs = 1,
            BatchSize = batch,
            LearningRate = LearningRate,
            WeightDecay = 0.05,
            Schedule = new CosineSchedule(LearningRate, 1e-5, 1e-5, 0, 1),
        }, seed: 0);
        data = new Batch(randn(batch, 3, side, side), randint(Classes, batch, ScalarType.Int64), [.. Enumerable.Range(0, batch)]);
        model.train();
    }

    /// <summary>The network.</summary>
    public Backbone Model => model;

    /// <summary>Its pictures and their classes.</summary>
    public (Tensor Pictures, Tensor Labels) Data => (data.Images, data.Labels);

    /// <summary>Trainable values.</summary>
    public long Parameters => model.ParameterCount;

    /// <summary>Makes one step and gives its seconds.</summary>
    public double Step() => SideBySide.Time(() => trainer.RunStep(data, LearningRate));

    /// <summary>Classifies the batch and gives the seconds.</summary>
    public double Evaluate()
    {
        model.eval();
        double seconds = SideBySide.Time(() =>
        {
            using var noGrad = no_grad();
            model.forward(data.Images).Dispose();
        });
        model.train();
        return seconds;
    }

    public void Dispose()
    {
        data.Dispose();
        trainer.Dispose();
        model.Dispose();
    }
}
