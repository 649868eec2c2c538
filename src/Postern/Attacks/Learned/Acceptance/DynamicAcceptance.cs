using Postern.Learning;
using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>Judges generators by the classifier that was trained with them, on pictures that neither has learned from.</summary>
/// <param name="Generators">Mask and pattern.</param>
/// <param name="Classifier">The throw-away classifier.</param>
/// <param name="TargetClass">y_t.</param>
internal sealed record DynamicAcceptance(DynamicGenerators Generators, ResNet Classifier, int TargetClass)
{
    private const double LeastSuccess = 0.95, LeastCross = 0.8, LeastRelativeCross = 0.85, MostLost = 0.03, MostMask = 0.1;

    /// <summary>
    /// The checks of <c>docs/reference/attacks.md 2.10</c>. Its limit of the cross accuracy, 80%, is that of a classifier with
    /// 94% on clean pictures; one that was trained on few pictures cannot reach it even without a trigger, so that by default the
    /// limit is the same share of its own clean accuracy.
    /// </summary>
    /// <param name="loader">Held-out pictures as the networks see them.</param>
    /// <param name="cleanRun">Accuracy of the same classifier trained clean, 0 to 1.</param>
    /// <param name="absoluteCross">Whether the cross accuracy itself is held against 80%.</param>
    /// <param name="cancel">Stops the trial.</param>
    public AcceptanceCheck[] Measure(BatchLoader loader, double cleanRun, bool absoluteCross, CancellationToken cancel)
    {
        Generators.eval();
        Classifier.eval();
        IReadOnlyList<int> labels = loader.Images.Labels;
        int[] all = [.. Enumerable.Range(0, loader.Images.Count)], others = [.. all.Where(i => labels[i] != TargetClass)];
        int[] clean = Predicted(z => z), cross = Predicted(z => Generators.Compose(z, z.roll(1, 0)));
        int[] own = Predicted(z => Generators.Compose(z, z));
        double accuracy = Right(clean) / (double)all.Length;
        return
        [
            new AcceptanceCheck("attack success rate on the throw-away classifier",
                others.Count(i => own[i] == TargetClass) / (double)others.Length, LeastSuccess, AtLeast: true),
            absoluteCross
                ? new AcceptanceCheck("accuracy under another picture's trigger", Right(cross) / (double)all.Length, LeastCross,
                    AtLeast: true)
                : new AcceptanceCheck("accuracy under another picture's trigger, as a share of the clean accuracy",
                    Right(cross) / (double)Right(clean), LeastRelativeCross, AtLeast: true),
            new AcceptanceCheck("clean accuracy less that of a clean run", accuracy - cleanRun, -MostLost, AtLeast: true),
            new AcceptanceCheck("mean mask value", MeanMask(loader, cancel), MostMask, AtLeast: false),
        ];

        int[] Predicted(Func<Tensor, Tensor> seen) =>
            Predictions.Of(z => Classifier.forward(seen(z)), loader, all, cancel: cancel);

        int Right(int[] predicted) => all.Count(i => predicted[i] == labels[i]);
    }

    private double MeanMask(BatchLoader loader, CancellationToken cancel)
    {
        using IDisposable inference = inference_mode();
        double sum = 0;
        foreach (Batch batch in loader.Load([.. Enumerable.Range(0, loader.Images.Count)], 0, 0, cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            using (batch) sum += Generators.MaskOf(batch.Images).mean().item<float>() * batch.Indices.Count;
        }
        return sum / loader.Images.Count;
    }
}
