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
    /// <summary>
    /// The scores that <paramref name="detector"/> gives to all clean test pictures and to all triggered ones that count for
    /// <paramref name="attack"/>, each with the class that the same reading gave.
    /// </summary>
    /// <param name="detector">What scores.</param>
    /// <param name="evaluator">Has the model and the test pictures.</param>
    /// <param name="attack">Whose trigger.</param>
    /// <param name="clean">What the defender holds.</param>
    /// <param name="progress">Hears of finished passes, of all passes.</param>
    /// <param name="cancel">Stops it.</param>
    public static DetectionScores Of(IInputDetector detector, Evaluator evaluator, Attacks.Attack attack, CleanPictures clean,
        Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        int passes = 2 * detector.Passes, done = 0;
        var pictures = new List<PictureScore>();
        foreach (Attacks.Attack? trigger in new[] { null, attack })
        {
            IReadOnlyList<int> order = evaluator.Order(trigger);
            void Passed() => progress?.Invoke(++done, passes);
            var inspection = new Inspection(evaluator.Model, evaluator.Unlabelled(trigger), clean, evaluator.Seed,
                Passed, cancel);
            IReadOnlyList<InputScore> scores = detector.Score(inspection);
            if (scores.Count != order.Count)
                throw new InvalidOperationException($"{detector} scored {scores.Count} of {order.Count} pictures");
            IReadOnlyList<int> labels = evaluator.Loader.Images.Labels;
            pictures.AddRange(order.Zip(scores,
                (i, s) => new PictureScore(i, trigger is not null, labels[i], s.Predicted, s.Score)));
        }
        return new DetectionScores(detector.Scale, attack.TargetClass, pictures);
    }
}
