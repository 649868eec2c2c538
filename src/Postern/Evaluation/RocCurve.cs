namespace Postern.Evaluation;

/// <summary>How well scores tell triggered pictures from clean ones at every threshold.</summary>
/// <param name="clean">Scores of clean pictures.</param>
/// <param name="triggered">Scores of triggered pictures.</param>
/// <param name="lowRaises">Whether low scores are suspicious rather than high ones.</param>
public sealed class RocCurve(IReadOnlyList<double> clean, IReadOnlyList<double> triggered, bool lowRaises)
{
    /// <summary>
    /// Alarms among clean and triggered pictures for each threshold at which a score lies, the most suspicious first; equal
    /// scores are one threshold.
    /// </summary>
    public IReadOnlyList<(double Threshold, int Clean, int Triggered)> Points { get; } = PointsOf(clean, triggered, lowRaises);

    /// <summary>
    /// AUROC: the chance that a triggered picture looks more suspicious than a clean one, ties counted half. NaN where one side
    /// is empty.
    /// </summary>
    public double Area
    {
        get
        {
            double wins = 0;
            (int Clean, int Triggered) before = (0, 0);
            foreach ((_, int cleanAlarms, int triggeredAlarms) in Points)
            {
                // Triggered pictures of this threshold win against the clean ones that come later, and half against their equals.
                int here = triggeredAlarms - before.Triggered, equals = cleanAlarms - before.Clean;
                wins += here * (clean.Count - cleanAlarms + 0.5 * equals);
                before = (cleanAlarms, triggeredAlarms);
            }
            return wins / ((double)clean.Count * triggered.Count);
        }
    }

    /// <summary>
    /// TPR at the threshold that finds most while its FPR stays at or below <paramref name="falsePositiveRate"/>.
    /// </summary>
    public Proportion TruePositivesAt(double falsePositiveRate) => new(
        Points.LastOrDefault(p => p.Clean <= falsePositiveRate * clean.Count).Triggered, triggered.Count);

    private static (double, int, int)[] PointsOf(IReadOnlyList<double> clean, IReadOnlyList<double> triggered, bool lowRaises)
    {
        (int cleanAlarms, int triggeredAlarms) = (0, 0);
        var scores = clean.Select(s => (Score: s, Triggered: false)).Concat(triggered.Select(s => (Score: s, Triggered: true)));
        return
        [
            .. scores.GroupBy(s => s.Score).OrderBy(g => lowRaises ? g.Key : -g.Key).Select(g =>
            {
                cleanAlarms += g.Count(s => !s.Triggered);
                triggeredAlarms += g.Count(s => s.Triggered);
                return (g.Key, cleanAlarms, triggeredAlarms);
            }),
        ];
    }
}
