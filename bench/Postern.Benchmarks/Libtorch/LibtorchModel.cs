using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// The plain network of one of our models, in this process and on its libtorch: what a user gets who writes the model by hand. It
/// has our weights, and is only timed once it has given our logits.
/// </summary>
internal sealed class LibtorchModel : IDisposable
{
    /// <summary>In the column of references.</summary>
    public const string Name = "libtorch";

    // Of the largest logit, in the products' type.
    private const double Rounding = 1e-4, Bfloat16Rounding = 0.1;

    private readonly PlainNetwork network;
    private readonly Tensor pictures, labels;

    /// <param name="ours">The model, in float32.</param>
    /// <param name="precision">Of the plain one's products.</param>
    /// <param name="batch">Pictures in its step: the first of ours.</param>
    /// <param name="scan">One of <see cref="PlainScans"/>, for a Vim.</param>
    public LibtorchModel(
        StepModel ours, Precision precision, int batch, Func<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>? scan = null)
    {
        Batch = batch;
        network = new PlainNetwork(ours.Model, precision.TensorType(), StepModel.LearningRate, ours.Model switch
        {
            ResNet => PlainResNet.Forward,
            DeiT => PlainDeiT.Forward,
            MambaOut => PlainMambaOut.Forward,
            Vim => new PlainVim(scan ?? PlainScans.Loop).Forward,
            _ => throw new ArgumentException($"there is no plain {ours.Model.GetType().Name}", nameof(ours)),
        });
        (pictures, labels) = (ours.Data.Pictures.narrow(0, 0, batch).clone(), ours.Data.Labels.narrow(0, 0, batch).clone());
        CheckLogits(ours, precision == Precision.BFloat16 ? Bfloat16Rounding : Rounding);
    }

    /// <summary>Pictures in its step.</summary>
    public int Batch { get; }

    /// <summary>Makes one step and gives its seconds.</summary>
    public double Step() => SideBySide.Time(() => network.Step(pictures, labels));

    /// <summary>Classifies the batch and gives the seconds.</summary>
    public double Evaluate()
    {
        network.Trains = false;
        double seconds = SideBySide.Time(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            network.Forward(pictures);
        });
        network.Trains = true;
        return seconds;
    }

    public void Dispose()
    {
        network.Dispose();
        pictures.Dispose();
        labels.Dispose();
    }

    private void CheckLogits(StepModel ours, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ours.Model.eval();
        network.Trains = false;
        Tensor expected = ours.Model.forward(pictures), found = network.Forward(pictures);
        ours.Model.train();
        network.Trains = true;
        double difference = ((found - expected).abs().max() / expected.abs().max()).item<float>();
        if (!(difference < tolerance))
            throw new InvalidOperationException(FormattableString.Invariant(
                $"the plain {ours.Model.GetType().Name} differs by {difference:g3} of the largest logit"));
    }
}
