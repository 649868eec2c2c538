using Postern.Configuration;
using Postern.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Detectors;

/// <summary>How SCALE-UP uses what the defender holds.</summary>
public enum ScaleUpForm
{
    /// <summary>Data-free: the consistency itself.</summary>
    Free,
    /// <summary>Standardised by the mean and deviation over held-out clean pictures.</summary>
    Limited,
    /// <summary>By those of the same predicted class, where there are enough.</summary>
    PerClass,
}

/// <summary>
/// SCALE-UP (Guo et al. 2023; <c>docs/reference/defences.md 2</c>): pixels are multiplied, and the prediction of a triggered
/// input stays. It needs labels only. It assumes a trigger that amplification keeps; white and saturated ones cannot grow.
/// </summary>
/// <param name="scales">What pixels are multiplied by.</param>
/// <param name="form">What the score is.</param>
/// <param name="threshold">T, inclusive.</param>
public sealed class ScaleUp(IReadOnlyList<int> scales, ScaleUpForm form, double threshold) : IInputDetector
{
    /// <summary>Clean pictures of a class that its own statistics need.</summary>
    public const int ClassMinimum = 20;

    private const double Guard = 1e-12;
    private static readonly Dictionary<string, ScaleUpForm> Forms = new()
    {
        ["free"] = ScaleUpForm.Free,
        ["limited"] = ScaleUpForm.Limited,
        ["per-class"] = ScaleUpForm.PerClass,
    };

    internal static DefenceEntry Entry { get; } = new("scale-up", "the prediction stays while pixels are multiplied",
    [
        new("scales", OptionKind.Integers, "3,5,7,9,11", "what pixels are multiplied by"),
        new("form", OptionKind.Word, "per-class",
            "free: no clean picture; limited: standardised by held-out clean ones; per-class: by those of the predicted class")
        {
            Allowed = [.. Forms.Keys],
        },
        new("threshold", OptionKind.Number, "0.5", "the alarm is raised from here on"),
        InspectedPictures.Option(0),
    ],
        (choice, _) => choice.Integers("scales") is { Length: > 0 } scales && scales.All(s => s > 0)
            ? new Defence
            {
                Detector = new ScaleUp(scales, Forms[choice.Word("form")], (double)choice.Number("threshold")),
                InspectedPictures = InspectedPictures.Of(choice),
            }
            : throw choice.Error("scales must be positive numbers, at least one"))
    {
        OnlyDetects = _ => true,
        ExtraTestPasses = choice => 1 + choice.Integers("scales").Length,
    };

    /// <inheritdoc/>
    public int Passes => 1;

    /// <inheritdoc/>
    public InputScores Score(Inspection inspection)
    {
        using var classifier = new PixelClassifier(inspection.Model, inspection.Clean);
        (int[] predicted, double[] found) = Answers(classifier, inspection.Pictures.Pixels(pass: 0, inspection.Cancel));
        inspection.Passed();
        if (form != ScaleUpForm.Free)
        {
            using PixelPool held = PixelPool.Of(inspection.Clean.Validation, 0, inspection.Seed, inspection.Cancel);
            (int[] cleanPredicted, double[] clean) =
                Answers(classifier, held.Pixels.split(inspection.Clean.Validation.BatchSize));
            found = Standardised(found, predicted, clean, cleanPredicted, form == ScaleUpForm.PerClass ? ClassMinimum : null);
        }
        string what = form == ScaleUpForm.Free ? "predictions that stay" : "predictions that stay, in standard deviations";
        return new InputScores(new ScoreScale(what, threshold, LowRaises: false),
            [.. predicted.Zip(found, (p, score) => new InputScore(p, score))]);
    }

    /// <summary>clip(n x, 0, 1) for each scale n.</summary>
    /// <param name="x">[B, 3, h, w], in [0, 1].</param>
    /// <param name="scales">The scales, S of them.</param>
    /// <returns>[B, S, 3, h, w].</returns>
    internal static Tensor Scaled(Tensor x, IReadOnlyList<int> scales) =>
        stack([.. scales.Select(n => (x * n).clamp(0, 1))], 1);

    /// <summary>SPC, the share of the scales at which the prediction is that of the picture itself.</summary>
    internal static double Consistency(int predicted, IReadOnlyList<int> scaled) =>
        scaled.Count(p => p == predicted) / (double)scaled.Count;

    /// <summary>
    /// z = (SPC - mean) / deviation, with the clean pictures of the same predicted class where there are at least
    /// <paramref name="minimum"/>, else with all.
    /// </summary>
    /// <param name="spc">Of the pictures to judge.</param>
    /// <param name="predicted">Their predicted classes.</param>
    /// <param name="clean">Of held-out clean pictures.</param>
    /// <param name="cleanPredicted">Their predicted classes: a defender's label and the model's agree, or the picture says
    /// little.
    /// </param>
    /// <param name="minimum">Null for one mean and deviation for all.</param>
    internal static double[] Standardised(IReadOnlyList<double> spc, IReadOnlyList<int> predicted, IReadOnlyList<double> clean,
        IReadOnlyList<int> cleanPredicted, int? minimum)
    {
        (double, double) all = Moments([.. clean]);
        Dictionary<int, (double, double)> classes = minimum is null ? []
            : clean.Zip(cleanPredicted).GroupBy(c => c.Second).Where(g => g.Count() >= minimum)
                .ToDictionary(g => g.Key, g => Moments([.. g.Select(c => c.First)]));
        return [.. spc.Zip(predicted, (value, label) =>
        {
            (double mean, double deviation) = classes.GetValueOrDefault(label, all);
            return (value - mean) / Math.Max(deviation, Guard);
        })];
    }

    /// <summary>Mean and standard deviation, n - 1.</summary>
    internal static (double Mean, double Deviation) Moments(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, values.Length - 1)));
    }

    private (int[] Predicted, double[] Spc) Answers(PixelClassifier classifier, IEnumerable<Tensor> batches)
    {
        List<int> predicted = [];
        List<double> spc = [];
        foreach (Tensor x in batches)
        {
            using DisposeScope scope = NewDisposeScope();
            int[] own = classifier.Predict(x);
            int[][] scaled = [.. scales.Select(n => classifier.Predict((x * n).clamp(0, 1)))];
            predicted.AddRange(own);
            spc.AddRange(own.Select((p, i) => Consistency(p, [.. scaled.Select(s => s[i])])));
        }
        return ([.. predicted], [.. spc]);
    }
}
