using Postern.Evaluation;
using Postern.Models;

namespace Postern.Defences.Detectors;

/// <summary>What a detector is given.</summary>
/// <param name="Model">The model that the pictures are sent to; its weights stay as they are.</param>
/// <param name="Pictures">The pictures to score.</param>
/// <param name="Clean">What the defender holds; read only where it is asked for.</param>
/// <param name="Seed">Seed of the detector's draws.</param>
/// <param name="Passed">To be called after each pass over the pictures.</param>
/// <param name="Cancel">Stops it.</param>
public sealed record Inspection(
    Backbone Model, UnlabelledPictures Pictures, CleanPictures Clean, long Seed, Action Passed, CancellationToken Cancel)
{
    private const int NoClass = -1;

    /// <summary>
    /// The scores that <paramref name="detector"/> gives to clean test pictures and to triggered ones that count for
    /// <paramref name="attack"/>, each with the class that the same reading gave. It is shown both as one stream of pictures.
    /// </summary>
    /// <param name="detector">What scores.</param>
    /// <param name="evaluator">Has the model and the test pictures.</param>
    /// <param name="attack">Whose trigger; null for a clean model, of which only false alarms can be told.</param>
    /// <param name="held">What the defender holds.</param>
    /// <param name="most">Pictures of each kind at most, every class at its share; 0 for all.</param>
    /// <param name="progress">Hears of finished passes, of all passes.</param>
    /// <param name="cancel">Stops it.</param>
    public static DetectionScores Of(IInputDetector detector, Evaluator evaluator, Attacks.Attack? attack, CleanPictures held,
        int most = 0, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        IReadOnlyList<int> clean = evaluator.Order(null, most), triggered = attack is null ? [] : evaluator.Order(attack, most);
        int done = 0;
        UnlabelledPictures pictures = attack is null ? evaluator.Stream((null, clean))
            : evaluator.Stream((null, clean), (attack, triggered));
        InputScores found = detector.Score(new Inspection(evaluator.Model, pictures, held, evaluator.Seed,
            () => progress?.Invoke(++done, detector.Passes), cancel));
        if (found.Pictures.Count != pictures.Count)
            throw new InvalidOperationException($"{detector} scored {found.Pictures.Count} of {pictures.Count} pictures");
        IReadOnlyList<int> cleanLabels = evaluator.LabelsOf(null),
            triggeredLabels = attack is null ? [] : evaluator.LabelsOf(attack);
        int[] labels = [.. clean.Select(i => cleanLabels[i]), .. triggered.Select(i => triggeredLabels[i])];
        return new DetectionScores(found.Scale, attack?.TargetClass ?? NoClass,
        [
            .. clean.Concat(triggered).Zip(found.Pictures,
                (index, s) => (Index: index, Scored: s)).Select((p, place) =>
                    new PictureScore(p.Index, place >= clean.Count, labels[place], p.Scored.Predicted, p.Scored.Score)),
        ]);
    }
}
