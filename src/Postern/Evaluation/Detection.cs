namespace Postern.Evaluation;

/// <summary>
/// How well a detector tells triggered test pictures from clean ones: what is recorded of its <see cref="DetectionScores"/>.
/// </summary>
public sealed record Detection
{
    /// <summary>The detector's name.</summary>
    public required string Detector { get; init; }

    /// <summary>The weights that were inspected.</summary>
    public required MeasuredWeights Weights { get; init; }

    /// <summary>What the scores mean and when the alarm is raised.</summary>
    public required ScoreScale Scale { get; init; }

    /// <summary>Pictures by score, ascending: a bin for each level of a detector that counts, else equal intervals.</summary>
    public required IReadOnlyList<ScoreBin> Bins { get; init; }

    /// <summary>FPR: the share of clean pictures that raise the alarm.</summary>
    public required Proportion FalsePositives { get; init; }

    /// <summary>Over all triggered pictures that count for the attack.</summary>
    public required DetectionRates All { get; init; }

    /// <summary>
    /// Over those whose attack works: the model takes them for the target class. Null in results that did not record it.
    /// </summary>
    public DetectionRates? Working { get; init; }

    /// <summary>
    /// Name of the file in the cell's folder that has every picture's score; null in results that did not record them.
    /// </summary>
    public string? ScoresFile { get; init; }

    /// <summary>The histograms of a detector that counts changed predictions; null for other scores.</summary>
    public DetectionResult? Histogram() => Scale.Most is null ? null
        : new DetectionResult((int)Scale.Threshold, Scale.LowRaises, [.. Bins.Select(b => b.Clean)],
            [.. Bins.Select(b => b.Triggered)]);

    /// <summary>The detection that <paramref name="histogram"/> tells of.</summary>
    /// <param name="detector">The detector's name.</param>
    /// <param name="histogram">Pictures by changed predictions.</param>
    public static Detection Of(string detector, DetectionResult histogram) => new()
    {
        Detector = detector,
        Weights = MeasuredWeights.Last,
        Scale = new ScoreScale("changed predictions", histogram.Threshold, histogram.FewRaise, histogram.Trials),
        Bins = [.. histogram.Clean.Zip(histogram.Triggered, (c, t) => (c, t)).Select((b, i) => new ScoreBin(i, i, b.c, b.t))],
        FalsePositives = histogram.FalsePositives,
        All = new DetectionRates(histogram.TruePositives, histogram.Auroc, TruePositivesAtFpr5: null),
    };

    /// <summary>Why the counts cannot be true, or null where they can.</summary>
    public string? Contradiction() =>
        Scale.Most is int most && Bins.Count != most + 1 ? $"{Detector} has {Bins.Count} levels of {most + 1}"
        : Bins.Any(b => b.Clean < 0 || b.Triggered < 0) ? $"{Detector} counts less than no pictures"
        : Bins.Sum(b => b.Clean) != FalsePositives.Total || Bins.Sum(b => b.Triggered) != All.TruePositives.Total
            ? $"{Detector} has histograms of other pictures than its rates"
            : null;
}

/// <summary>Pictures whose score lies between two values; the same value twice for a level of a detector that counts.</summary>
/// <param name="From">Lower end.</param>
/// <param name="To">Upper end.</param>
/// <param name="Clean">Clean pictures.</param>
/// <param name="Triggered">Triggered pictures.</param>
public readonly record struct ScoreBin(double From, double To, int Clean, int Triggered);

/// <summary>How well triggered pictures are found.</summary>
/// <param name="TruePositives">TPR at the detector's own threshold.</param>
/// <param name="Auroc">Area under the ROC curve; NaN where one side is empty.</param>
/// <param name="TruePositivesAtFpr5">
/// TPR at the threshold where the FPR is at most 5%; null in results that did not record it.
/// </param>
public sealed record DetectionRates(Proportion TruePositives, double Auroc, Proportion? TruePositivesAtFpr5)
{
    /// <summary>The FPR of <see cref="TruePositivesAtFpr5"/>.</summary>
    public const double FewFalsePositives = 0.05;
}
