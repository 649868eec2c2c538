using Postern.Evaluation;
using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>A detector's ROC curve, from every picture's score.</summary>
/// <param name="Points">From no alarms to all: threshold, FPR and TPR.</param>
public sealed record DetectorCurve(IReadOnlyList<(double Threshold, double Fpr, double Tpr)> Points)
{
    private const int MostPoints = 60;

    /// <summary>The curve of a cell's first detector; null where no scores are recorded.</summary>
    /// <param name="directory">The cell's folder.</param>
    /// <param name="result">Its result.</param>
    /// <exception cref="InputException">The scores are damaged.</exception>
    public static DetectorCurve? Of(CellDirectory directory, CellResult? result)
    {
        if (result is not { Detections: [Detection detection, ..] }) return null;
        if (directory.ReadScores(detection) is not { } scores) return null;
        double[] clean = [.. scores.Where(s => !s.Triggered).Select(s => s.Score)],
            triggered = [.. scores.Where(s => s.Triggered).Select(s => s.Score)];
        if (clean.Length == 0 || triggered.Length == 0) return null;
        var all = new RocCurve(clean, triggered, detection.Scale.LowRaises).Points;
        // Enough to draw it; the first and the last are always there.
        int every = Math.Max(1, all.Count / MostPoints);
        return new DetectorCurve([(double.NaN, 0, 0), .. all.Where((_, i) => i % every == 0 || i == all.Count - 1)
            .Select(p => (p.Threshold, p.Clean / (double)clean.Length, p.Triggered / (double)triggered.Length))]);
    }
}
