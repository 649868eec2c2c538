using Postern.Configuration;
using Postern.Evaluation;
using Postern.Kernels;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Detectors;

/// <summary>
/// Progressive masking, after BackdoorIDS (2026; <c>docs/reference/defences.md 21</c>): more and more of the input is masked, and
/// its features wander. Those of a triggered input jump where the trigger goes, so that density clustering finds two groups in
/// its trajectory. The score is the distance that joins all of it into one group (the longest edge of its minimum spanning tree,
/// the smallest radius at which DBSCAN finds one cluster); the threshold is a quantile of held-out clean pictures. A trigger in
/// every patch survives masking.
/// </summary>
/// <param name="steps">Masked versions of each input, beside itself.</param>
/// <param name="most">Share that is masked in the last.</param>
/// <param name="grid">Cells a side.</param>
/// <param name="quantile">Share of held-out clean pictures below the threshold.</param>
public sealed class ProgressiveMasking(int steps, double most, int grid, double quantile) : IInputDetector
{
    private const float Grey = 0.5f;
    private const double Guard = 1e-12;

    internal static DefenceEntry Entry { get; } = new("progressive-masking", "features that jump while the input is masked",
    [
        new("steps", OptionKind.Integer, "12", "masked versions of each input") { Min = 2, Max = 100 },
        new("most", OptionKind.Number, "0.9", "share of the cells that is masked in the last") { Min = 0.01m, Max = 1 },
        new("grid", OptionKind.Integer, "8", "cells a side; must divide the input") { Min = 2, Max = 256 },
        new("quantile", OptionKind.Number, "0.95", "share of held-out clean pictures below the threshold")
        {
            Min = 0,
            Max = 0.999m,
        },
        InspectedPictures.Option(2000),
    ],
        (choice, dataset) => dataset.InputSize % choice.Integer("grid") == 0
            ? new Defence
            {
                Detector = new ProgressiveMasking(choice.Integer("steps"), (double)choice.Number("most"), choice.Integer("grid"),
                    (double)choice.Number("quantile")),
                InspectedPictures = InspectedPictures.Of(choice),
            }
            : throw choice.Error($"grid {choice.Integer("grid")} does not divide the {dataset.InputSize}-pixel input"))
    {
        OnlyDetects = _ => true,
        ExtraTestPasses = choice => 1 + choice.Integer("steps"),
    };

    /// <inheritdoc/>
    public int Passes => 1;

    /// <inheritdoc/>
    public InputScores Score(Inspection inspection)
    {
        using var classifier = new PixelClassifier(inspection.Model, inspection.Clean);
        BatchLoader validation = inspection.Clean.Validation;
        var held = new UnlabelledPictures(validation, [.. Enumerable.Range(0, validation.Images.Count)], inspection.Seed);
        double[] clean = [.. Scores(held, classifier, "masking-held-out", inspection).Select(s => s.Score).Order()];
        double threshold = clean[Math.Min(clean.Length - 1, (int)(quantile * clean.Length))];
        InputScore[] scores = [.. Scores(inspection.Pictures, classifier, "masking", inspection)];
        inspection.Passed();
        return new InputScores(
            new ScoreScale("distance that joins the trajectory", threshold, LowRaises: false) { Exclusive = true }, scores);
    }

    /// <summary>The longest edge of the minimum spanning tree of some points, by cosine distance.</summary>
    /// <param name="points">[n, d], at least one.</param>
    internal static double JoiningDistance(double[][] points)
    {
        double[] nearest = [.. Enumerable.Repeat(double.PositiveInfinity, points.Length)];
        bool[] inside = new bool[points.Length];
        double longest = 0;
        for (int next = 0, count = 0; ;)
        {
            inside[next] = true;
            if (++count == points.Length) return longest;
            for (int i = 0; i < points.Length; i++)
                if (!inside[i]) nearest[i] = Math.Min(nearest[i], Distance(points[next], points[i]));
            next = Enumerable.Range(0, points.Length).Where(i => !inside[i]).MinBy(i => nearest[i]);
            longest = Math.Max(longest, nearest[next]);
        }
    }

    private IEnumerable<InputScore> Scores(
        UnlabelledPictures pictures, PixelClassifier classifier, string purpose, Inspection inspection)
    {
        int done = 0;
        foreach (Tensor x in pictures.Pixels(pass: 0, inspection.Cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = no_grad();
            int[] predicted = classifier.Predict(x);
            int[][] orders = [.. Enumerable.Range(0, predicted.Length)
                .Select(i => RandomStream.For(inspection.Seed, purpose, done + i).Permutation(grid * grid))];
            double[][][] trajectories = [.. predicted.Select(_ => new double[steps + 1][])];
            for (int step = 0; step <= steps; step++)
            {
                inspection.Cancel.ThrowIfCancellationRequested();
                using DisposeScope inner = NewDisposeScope();
                Tensor masked = Masked(x, orders, (int)Math.Round(most * step / steps * grid * grid));
                double[][] features = Rows(classifier.Features(masked));
                for (int i = 0; i < predicted.Length; i++) trajectories[i][step] = features[i];
            }
            done += predicted.Length;
            for (int i = 0; i < predicted.Length; i++)
                yield return new InputScore(predicted[i], JoiningDistance(trajectories[i]));
        }
    }

    private Tensor Masked(Tensor x, int[][] orders, int cells)
    {
        float[] kept = new float[orders.Length * grid * grid];
        for (int i = 0; i < orders.Length; i++)
            for (int k = cells; k < grid * grid; k++) kept[i * grid * grid + orders[i][k]] = 1;
        long side = x.shape[3] / grid;
        Tensor mask = tensor(kept, [orders.Length, 1, grid, grid], device: x.device).repeat_interleave(side, 2)
            .repeat_interleave(side, 3);
        return x * mask + Grey * (1 - mask);
    }

    private static double[][] Rows(Tensor features)
    {
        int width = (int)features.shape[1];
        return [.. features.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray().Chunk(width)];
    }

    private static double Distance(double[] a, double[] b)
    {
        double product = 0, first = 0, second = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += a[i] * b[i];
            first += a[i] * a[i];
            second += b[i] * b[i];
        }
        return 1 - product / Math.Max(Guard, Math.Sqrt(first * second));
    }
}
