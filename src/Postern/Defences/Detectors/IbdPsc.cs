using Postern.Configuration;
using Postern.Defences.Sites;
using Postern.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Detectors;

/// <summary>
/// IBD-PSC (Hou et al. 2024; <c>docs/reference/defences.md 3</c>): the scales and shifts of the last norms are enlarged until
/// clean accuracy is lost; a triggered input keeps its prediction with confidence. Published for batch norm; here also the layer
/// norms and RMS norms of blocks, but not the norm before the classifier, whose scale would only multiply the logits of every
/// input.
/// </summary>
/// <param name="omega">What scales and shifts are multiplied by.</param>
/// <param name="xi">Clean error from which on a depth is deep enough.</param>
/// <param name="models">n, scaled models whose confidence is averaged.</param>
/// <param name="threshold">T, inclusive.</param>
public sealed class IbdPsc(double omega, double xi, int models, double threshold) : IInputDetector
{
    internal static DefenceEntry Entry { get; } = new("ibd-psc", "confidence that stays while the last norms are scaled up",
    [
        new("omega", OptionKind.Number, "1.5", "what scales and shifts of the norms are multiplied by") { Min = 1 },
        new("xi", OptionKind.Number, "0.6", "clean error that the search for a depth must exceed") { Min = 0, Max = 1 },
        new("models", OptionKind.Integer, "5", "scaled models whose confidence is averaged") { Min = 1, Max = 100 },
        new("threshold", OptionKind.Number, "0.9", "mean confidence from which on the alarm is raised") { Min = 0, Max = 1 },
        InspectedPictures.Option(0),
    ],
        (choice, _) => new Defence
        {
            Detector = new IbdPsc((double)choice.Number("omega"), (double)choice.Number("xi"), choice.Integer("models"),
                (double)choice.Number("threshold")),
            InspectedPictures = InspectedPictures.Of(choice),
        })
    {
        OnlyDetects = _ => true,
        ExtraTestPasses = choice => 1 + choice.Integer("models"),
    };

    /// <inheritdoc/>
    public int Passes => 1 + models;

    /// <inheritdoc/>
    public InputScores Score(Inspection inspection)
    {
        NormLayer[] norms = [.. NormLayers.Of(inspection.Model).Reverse()];
        if (norms.Length < 2)
            throw new NotApplicableException($"the model's blocks have {norms.Length} norms, and at least 2 are needed");
        using var classifier = new PixelClassifier(inspection.Model, inspection.Clean);
        using var saved = new SavedWeights(norms.SelectMany(n => n.Shift is null ? [n.Scale] : new[] { n.Scale, n.Shift }));
        if (Depth(CleanErrors(norms, classifier, inspection, saved), norms.Length, xi) is not int depth)
            throw new NotApplicableException(FormattableString.Invariant(
                $"with all but the first of its {norms.Length} norms scaled by {omega}, its clean error is not above {xi}"));
        saved.Restore();
        int[] predicted =
            [.. inspection.Pictures.Pixels(pass: 0, inspection.Cancel).SelectMany(classifier.Predict)];
        inspection.Passed();
        Tensor answer = tensor([.. predicted.Select(p => (long)p)]);
        double[] sums = new double[predicted.Length];
        int[] used = [.. Enumerable.Range(depth + 1, models).Where(k => k <= norms.Length)];
        foreach (int k in used)
        {
            saved.Restore();
            Scale(norms, k);
            int done = 0;
            foreach (Tensor x in inspection.Pictures.Pixels(pass: 0, inspection.Cancel))
            {
                using DisposeScope scope = NewDisposeScope();
                int count = (int)x.shape[0];
                double[] confidence = Confidence(classifier.Probabilities(x).cpu(), answer.narrow(0, done, count));
                for (int i = 0; i < count; i++) sums[done + i] += confidence[i];
                done += count;
            }
            inspection.Passed();
        }
        answer.Dispose();
        string what = FormattableString.Invariant($"confidence with {depth + 1} to {used[^1]} of {norms.Length} norms scaled");
        return new InputScores(new ScoreScale(what, threshold, LowRaises: false),
            [.. predicted.Zip(sums, (p, sum) => new InputScore(p, sum / used.Length))]);
    }

    /// <summary>k*, the smallest depth below that of all norms whose clean error exceeds xi; null where there is none.</summary>
    /// <param name="cleanError">The clean error with the last 1, 2, ... norms scaled; asked for only as far as needed.</param>
    /// <param name="norms">K, how many norms there are.</param>
    /// <param name="xi">The error to exceed.</param>
    internal static int? Depth(IEnumerable<double> cleanError, int norms, double xi) =>
        cleanError.Take(norms - 1).Index().Where(e => e.Item > xi).Select(e => (int?)e.Index + 1).FirstOrDefault();

    /// <summary>The probability of each picture's answer: [n].</summary>
    /// <param name="probabilities">[n, classes], float64, of a scaled model.</param>
    /// <param name="answer">[n], int64, classes of the unscaled model.</param>
    internal static double[] Confidence(Tensor probabilities, Tensor answer) =>
        probabilities.gather(1, answer.unsqueeze(1)).squeeze(1).data<double>().ToArray();

    private IEnumerable<double> CleanErrors(
        NormLayer[] norms, PixelClassifier classifier, Inspection inspection, SavedWeights saved)
    {
        using PixelPool held = PixelPool.Of(inspection.Clean.Validation, 0, inspection.Seed, inspection.Cancel);
        long[] labels = held.Labels.cpu().data<long>().ToArray();
        for (int k = 1; k < norms.Length; k++)
        {
            saved.Restore();
            Scale(norms, k);
            int[] predicted =
                [.. held.Pixels.split(inspection.Clean.Validation.BatchSize).SelectMany(classifier.Predict)];
            yield return predicted.Zip(labels).Count(p => p.First != p.Second) / (double)labels.Length;
        }
    }

    private void Scale(NormLayer[] norms, int count)
    {
        using var noGrad = no_grad();
        foreach (NormLayer norm in norms.Take(count))
        {
            norm.Scale.mul_(omega);
            norm.Shift?.mul_(omega);
        }
    }
}
