using Postern.Configuration;
using Postern.Evaluation;
using Postern.Kernels;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Detectors;

/// <summary>
/// STRIP (Gao et al. 2019; <c>docs/reference/defences.md 1</c>): other clean pictures are laid over the input. The prediction of
/// a clean input then wanders, that of a triggered one stays with the target, so low entropy is suspicious. It assumes a trigger
/// that outlasts the overlay. The threshold comes from held-out clean pictures, never from those that are scored.
/// </summary>
/// <param name="overlays">N, pictures laid over each input.</param>
/// <param name="alpha">Weight of the overlay; the input keeps weight 1.</param>
/// <param name="quantile">Share of held-out clean pictures below the threshold.</param>
public sealed class Strip(int overlays, double alpha, double quantile) : IInputDetector
{
    private const double LogEpsilon = 1e-8;
    private const int MostOverlaid = 1000;

    internal static DefenceEntry Entry { get; } = new("strip", "low entropy of the prediction under overlaid clean pictures",
    [
        new("overlays", OptionKind.Integer, "64", "clean pictures laid over each input") { Min = 1, Max = 1000 },
        new("alpha", OptionKind.Number, "0.5", "weight of the overlay; the input keeps weight 1 (toolboxes' command lines: 1)")
        {
            Min = 0,
            Max = 1,
        },
        new("quantile", OptionKind.Number, "0.05", "share of held-out clean pictures below the threshold")
        {
            Min = 0,
            Max = 0.99m,
        },
        InspectedPictures.Option(2000),
    ],
        (choice, _) => new Defence
        {
            Detector = new Strip(choice.Integer("overlays"), (double)choice.Number("alpha"), (double)choice.Number("quantile")),
            InspectedPictures = InspectedPictures.Of(choice),
        })
    {
        OnlyDetects = _ => true,
        ExtraTestPasses = choice => 1 + choice.Integer("overlays"),
    };

    /// <inheritdoc/>
    public int Passes => 1;

    /// <inheritdoc/>
    public InputScores Score(Inspection inspection)
    {
        using var classifier = new PixelClassifier(inspection.Model, inspection.Clean);
        using PixelPool pool =
            PixelPool.Of(inspection.Clean.Tuning, MostOverlaid, inspection.Seed, inspection.Cancel);
        BatchLoader validation = inspection.Clean.Validation;
        var heldOut = new UnlabelledPictures(validation, [.. Enumerable.Range(0, validation.Images.Count)], inspection.Seed);
        double threshold = Threshold(
            [.. Scores(heldOut, classifier, pool, "strip-held-out", inspection).Select(s => s.Score)], quantile);
        InputScore[] scores = [.. Scores(inspection.Pictures, classifier, pool, "strip", inspection)];
        inspection.Passed();
        return new InputScores(new ScoreScale("entropy under overlays", threshold, LowRaises: true) { Exclusive = true }, scores);
    }

    /// <summary>clip(x + alpha x_j, 0, 1) for each input and each of its overlays.</summary>
    /// <param name="x">[n, 3, h, w], in [0, 1].</param>
    /// <param name="pool">[m, 3, h, w], clean pictures.</param>
    /// <param name="overlay">[n, N], int64: which of the pool.</param>
    /// <param name="alpha">Weight of the overlay.</param>
    /// <returns>[n, N, 3, h, w].</returns>
    internal static Tensor Blend(Tensor x, Tensor pool, Tensor overlay, double alpha)
    {
        (long n, long count) = (overlay.shape[0], overlay.shape[1]);
        Tensor laid = pool.index_select(0, overlay.flatten()).view([n, count, .. x.shape[1..]]);
        return (x.unsqueeze(1) + alpha * laid).clamp(0, 1);
    }

    /// <summary>H, the mean over overlays of the entropy of the prediction: [n].</summary>
    /// <param name="probabilities">[n, N, classes].</param>
    internal static Tensor Entropy(Tensor probabilities) =>
        -(probabilities * (probabilities + LogEpsilon).log()).sum(-1).mean([-1]);

    /// <summary>The element floor(q m), from 0, of the ascending entropies.</summary>
    internal static double Threshold(IReadOnlyList<double> heldOut, double quantile) =>
        heldOut.Order().ElementAt((int)(quantile * heldOut.Count));

    private IEnumerable<InputScore> Scores(
        UnlabelledPictures pictures, PixelClassifier classifier, PixelPool pool, string purpose, Inspection inspection)
    {
        int done = 0;
        foreach (Tensor x in pictures.Pixels(pass: 0, inspection.Cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            int[] predicted = classifier.Predict(x);
            long[] drawn = Draws(predicted.Length, pool.Count, done, purpose, inspection.Seed);
            using Tensor which = tensor(drawn, [predicted.Length, overlays], device: x.device);
            Tensor entropy = zeros(predicted.Length, float64, x.device);
            // One overlay at a time, so that a batch of the pictures is as large as any other.
            for (int j = 0; j < overlays; j++)
            {
                inspection.Cancel.ThrowIfCancellationRequested();
                using DisposeScope inner = NewDisposeScope();
                Tensor blended = Blend(x, pool.Pixels, which.narrow(1, j, 1), alpha).squeeze(1);
                entropy.add_(Entropy(classifier.Probabilities(blended).unsqueeze(1)));
            }
            double[] values = entropy.div(overlays).cpu().data<double>().ToArray();
            done += predicted.Length;
            for (int i = 0; i < values.Length; i++) yield return new InputScore(predicted[i], values[i]);
        }
    }

    private long[] Draws(int pictures, int pool, int before, string purpose, long seed)
    {
        long[] drawn = new long[pictures * overlays];
        for (int i = 0; i < pictures; i++)
        {
            RandomStream stream = RandomStream.For(seed, purpose, before + i);
            for (int j = 0; j < overlays; j++) drawn[i * overlays + j] = stream.NextInt(pool);
        }
        return drawn;
    }
}
