using Postern.Learning;
using Postern.Models;
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
        using IDisposable inference = inference_mode();
        double clean = 0, cross = 0, hits = 0, others = 0, mask = 0;
        foreach (Batch batch in loader.Load([.. Enumerable.Range(0, loader.Images.Count)], 0, 0, cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            using (batch)
            {
                Tensor z = batch.Images, labels = batch.Labels, isOther = labels.ne(Target), foreign = z.roll(1, 0);
                clean += Sum(Predicted(z).eq(labels));
                cross += Sum(Predicted(Generators.Compose(z, foreign)).eq(labels));
                hits += Sum(Predicted(Generators.Compose(z, z)).eq(Target).logical_and(isOther));
                others += Sum(isOther);
                mask += Generators.MaskOf(z).mean().item<float>() * batch.Indices.Count;
            }
        }
        double count = loader.Images.Count, accuracy = clean / count;
        return
        [
            new AcceptanceCheck("attack success rate on the throw-away classifier", hits / others, LeastSuccess, AtLeast: true),
            absoluteCross
                ? new AcceptanceCheck("accuracy under another picture's trigger", cross / count, LeastCross, AtLeast: true)
                : new AcceptanceCheck("accuracy under another picture's trigger, as a share of the clean accuracy", cross / clean, LeastRelativeCross, AtLeast: true),
            new AcceptanceCheck("clean accuracy less that of a clean run", accuracy - cleanRun, -MostLost, AtLeast: true),
            new AcceptanceCheck("mean mask value", mask / count, MostMask, AtLeast: false),
        ];
    }

    private Scalar Target { get; } = TargetClass;

    private Tensor Predicted(Tensor z) => Classifier.forward(z).argmax(1);

    private static double Sum(Tensor flags) => flags.sum().item<long>();
}
