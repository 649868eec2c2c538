using Postern.Attacks;
using Postern.Defences;
using Postern.Defences.Detectors;
using Postern.Defences.Scans;
using Postern.Evaluation;

namespace Postern.Studies;

/// <summary>
/// What a defence says of the weights in a model: scores of pictures, a verdict.
/// </summary>
/// <param name="name">The defence's name in the catalogue.</param>
/// <param name="defence">What it does.</param>
/// <param name="directory">The cell's folder.</param>
/// <param name="clean">What the defender holds.</param>
/// <param name="progress">Hears what is done: a step's name, the share of it, and a word on it.</param>
internal sealed class DefenceMeasures(
    string name, Defence defence, CellDirectory directory, CleanPictures clean, Action<string, double, string> progress)
{
    /// <summary>Whether there is anything to do.</summary>
    public static bool Any(Defence defence) => defence is not { Detector: null, Scan: null };

    /// <summary>
    /// Adds them to <paramref name="result"/>.
    /// </summary>
    /// <param name="result">What the trained weights gave.</param>
    /// <param name="evaluator">Has the model and the test pictures.</param>
    /// <param name="attack">The attack; null for none.</param>
    /// <param name="weights">Whose weights are in the model.</param>
    /// <param name="cancel">Stops it.</param>
    public CellResult AddTo(CellResult result, Evaluator evaluator, Attack? attack, MeasuredWeights weights,
        CancellationToken cancel)
    {
        try
        {
            return Judged(result, evaluator, attack, weights, cancel);
        }
        catch (NotApplicableException e)
        {
            return result with { NotApplicable = e.Message };
        }
    }

    private CellResult Judged(CellResult result, Evaluator evaluator, Attack? attack, MeasuredWeights weights,
        CancellationToken cancel)
    {
        if (defence.Detector is IInputDetector detector && (attack is not null || defence.DetectsOnCleanModels))
        {
            DetectionScores scores = Inspection.Of(detector, evaluator, attack, clean, defence.InspectedPictures,
                (done, all) => progress("detection", (double)done / all, $"pass {done}/{all}"), cancel);
            string file = directory.WriteScores(name, scores);
            result = result with { Detections = [.. result.Detections, scores.Summary(name, weights, file)] };
        }
        if (defence.Scan is IModelScan scan)
        {
            ScanVerdict verdict = scan.Scan(new ScanInputs(
                evaluator.Model, result.PerClassTotal.Count, evaluator.Loader.InputSize, clean, evaluator.Seed,
                share => progress("scan", share, ""), cancel));
            var scanned = new ScanResult(name, weights, verdict.Statistic, verdict.Classes, verdict.Flagged)
            {
                Suspicion = verdict.Suspicion,
                SuspicionName = verdict.SuspicionName,
                Cut = verdict.Cut,
                Suspect = verdict.Suspect,
                TriggersFile = verdict.Triggers is { } found
                    ? directory.WriteTriggers(name, found, evaluator.Loader.InputSize) : null,
            };
            result = result with { Scans = [.. result.Scans, scanned] };
        }
        return result;
    }
}
