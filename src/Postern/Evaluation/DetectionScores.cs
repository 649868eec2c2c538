namespace Postern.Evaluation;

/// <summary>A picture's score, and what the model takes the same picture for.</summary>
/// <param name="Index">Its index in the test split.</param>
/// <param name="Triggered">Whether it carried the trigger.</param>
/// <param name="Label">Its true class.</param>
/// <param name="Predicted">
/// The model's class for the picture as it was scored, from the same reading: a mask made in a pass of its own is a known way to
/// ask one picture about another.
/// </param>
/// <param name="Score">The detector's score.</param>
public readonly record struct PictureScore(int Index, bool Triggered, int Label, int Predicted, double Score);

/// <summary>A detector's scores of all clean test pictures and of all triggered ones that count for the attack.</summary>
/// <param name="Scale">What they mean.</param>
/// <param name="TargetClass">The attack's target class.</param>
/// <param name="Pictures">Clean ones, then triggered ones.</param>
public sealed record DetectionScores(ScoreScale Scale, int TargetClass, IReadOnlyList<PictureScore> Pictures)
{
    private const int ContinuousBins = 20;

    /// <summary>What is recorded of them.</summary>
    /// <param name="detector">The detector's name.</param>
    /// <param name="weights">The weights that were inspected.</param>
    /// <param name="file">Name of the file that holds the scores.</param>
    public Detection Summary(string detector, MeasuredWeights weights, string file)
    {
        double[] clean = [.. Pictures.Where(p => !p.Triggered).Select(p => p.Score)];
        double[] triggered = [.. Pictures.Where(p => p.Triggered).Select(p => p.Score)];
        double[] working = [.. Pictures.Where(p => p.Triggered && p.Predicted == TargetClass).Select(p => p.Score)];
        return new Detection
        {
            Detector = detector,
            Weights = weights,
            Scale = Scale,
            Bins = Scale.Most is int most ? Levels(most, clean, triggered) : Intervals(clean, triggered),
            FalsePositives = Alarms(clean),
            All = Rates(clean, triggered),
            Working = Rates(clean, working),
            ScoresFile = file,
        };
    }

    private DetectionRates Rates(double[] clean, double[] triggered)
    {
        var curve = new RocCurve(clean, triggered, Scale.LowRaises);
        return new DetectionRates(Alarms(triggered), curve.Area, curve.TruePositivesAt(DetectionRates.FewFalsePositives));
    }

    private Proportion Alarms(double[] scores) => new(scores.Count(Scale.Alarms), scores.Length);

    private static ScoreBin[] Levels(int most, double[] clean, double[] triggered) =>
        [.. Enumerable.Range(0, most + 1)
            .Select(level => new ScoreBin(level, level, clean.Count(s => s == level), triggered.Count(s => s == level)))];

    private static ScoreBin[] Intervals(double[] clean, double[] triggered)
    {
        double[] all = [.. clean, .. triggered];
        if (all.Length == 0) return [];
        double low = all.Min(), width = (all.Max() - low) / ContinuousBins;
        int Bin(double score) => width > 0 ? Math.Min((int)((score - low) / width), ContinuousBins - 1) : 0;
        return
        [
            .. Enumerable.Range(0, width > 0 ? ContinuousBins : 1).Select(i =>
                new ScoreBin(low + i * width, low + (i + 1) * width, clean.Count(s => Bin(s) == i),
                    triggered.Count(s => Bin(s) == i))),
        ];
    }
}
