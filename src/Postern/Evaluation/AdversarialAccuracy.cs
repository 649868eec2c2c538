using Postern.Configuration;
using Postern.Datasets;
using Postern.Learning;
using Postern.Models;
using Postern.Native.Paths;
using Postern.Training;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Evaluation;

/// <summary>
/// Accuracy on test pictures that an adversary has moved within a ball (Madry et al. 2018): PGD from a random start, untargeted,
/// on the true label, against the very network, in evaluation mode. Nothing to do with a backdoor's trigger; it stands beside ASR
/// because the paper names a trade-off between the two.
/// </summary>
/// <param name="Evaluator">
/// Has the network and the test pictures. What a defence does to these is not part of what the adversary climbs; it is done to
/// the moved picture before it is classified.
/// </param>
/// <param name="Pictures">How many test pictures, every class at its share; 0 or more than there are for all.</param>
/// <param name="Steps">Steps of the descent.</param>
public sealed record AdversarialAccuracy(Evaluator Evaluator, int Pictures, int Steps)
{
    /// <summary>Which pictures is the same for every cell, so that cells are compared on the same ones.</summary>
    private const long PictureSeed = 0;

    // A backward pass keeps every layer's input, so that batches are smaller than those of other measures.
    private const int SmallInput = 64, SmallBatch = 64, LargeBatch = 8;

    /// <summary>Its line in the catalogue.</summary>
    public static MeasureEntry Entry { get; } = new("adversarial",
        "accuracy under PGD: L-inf 1, 2, 4 and 8 / 255, L2 0.5; random start",
        [
            new("pictures", OptionKind.Integer, "1000", "test pictures that are perturbed, every class at its share; 0 for all")
            {
                Min = 0,
            },
            new("steps", OptionKind.Integer, "10", "steps of the descent, each 2.5 radii / steps long") { Min = 1, Max = 1000 },
        ]);

    /// <summary>The measure that <paramref name="choice"/> asks for.</summary>
    public static AdversarialAccuracy Of(Choice choice, Evaluator evaluator) =>
        new(evaluator, choice.Integer("pictures"), choice.Integer("steps"));

    /// <summary>Accuracy on the same pictures before anyone moves them.</summary>
    public Proportion Clean(CancellationToken cancel = default)
    {
        int[] predicted = new UnlabelledPictures(Evaluator.Loader with { Transform = null }, Chosen, Evaluator.Seed)
            .Predict(Evaluator.Model, pass: 0, cancel: cancel);
        return new Proportion(Predictions.Right(predicted, Chosen, Labels), predicted.Length);
    }

    /// <summary>Accuracy within <paramref name="ball"/>.</summary>
    /// <param name="ball">How far pictures are moved.</param>
    /// <param name="progress">Hears how many pictures are done.</param>
    /// <param name="cancel">Stops it after a batch.</param>
    public Proportion Within(AdversarialBall ball, Action<int>? progress = null, CancellationToken cancel = default)
    {
        Backbone model = Evaluator.Model;
        SelfCheck.Ensure(model.Precision == Precision.BFloat16);
        model.eval();
        BatchLoader loader = Evaluator.Loader with
        {
            Mean = [0, 0, 0],
            Std = [1, 1, 1],
            Transform = null,
            InputTransform = null,
            BatchSize = Evaluator.Loader.InputSize <= SmallInput ? SmallBatch : LargeBatch,
        };
        using Normalisation normalisation =
            loader.Device.Place(new Normalisation(Evaluator.Loader.Mean, Evaluator.Loader.Std));
        (Pgd attack, int correct, int seen) = (ball.Attack(Steps), 0, 0);
        foreach (Batch batch in loader.Load(Chosen, Evaluator.Seed, epoch: 0, cancel))
        {
            using (batch)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor moved = attack.Perturb(batch.Images, batch.Labels, x => model.forward(normalisation.forward(x)),
                    attack.RandomStart(batch.Indices, loader.InputSize, Evaluator.Seed));
                using IDisposable inference = inference_mode();
                int[] predicted = Predictions.Of(x => model.forward(normalisation.forward(x)),
                    Defended(moved, batch.Indices, seen / loader.BatchSize));
                correct += Predictions.Right(predicted, batch.Indices, Labels);
                seen += predicted.Length;
            }
            progress?.Invoke(seen);
            cancel.ThrowIfCancellationRequested();
        }
        return new Proportion(correct, seen);
    }

    private IReadOnlyList<int> Labels => Evaluator.Loader.Images.Labels;

    private int[] Chosen => Pictures == 0 || Pictures >= Labels.Count ? [.. Enumerable.Range(0, Labels.Count)]
        : SubsetImageSet.Stratified(Labels, Pictures, PictureSeed);

    /// <summary>Moved pictures, [B, 3, S, S] in [0, 1], as the defence hands them on.</summary>
    private Tensor Defended(Tensor pictures, IReadOnlyList<int> indices, int batch)
    {
        if (Evaluator.Loader.InputTransform is not IInputTransform transform) return pictures;
        int size = (int)pictures.shape[3], length = 3 * size * size;
        float[] values = pictures.cpu().data<float>().ToArray();
        for (int i = 0; i < indices.Count; i++)
            transform.Apply(values.AsSpan(i * length, length), size, new SamplePlace(Evaluator.Seed, 0, batch, indices[i]));
        return tensor(values, pictures.shape, device: pictures.device);
    }
}
