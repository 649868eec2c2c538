using Postern.Evaluation;

namespace Postern.Defences.Detectors;

/// <summary>
/// Tells triggered pictures from clean ones when they come in: gives each a score. It sees the model, the pictures without labels
/// and the clean split, as who runs a model does; whether a picture carries a trigger is never among its inputs. Immutable.
/// </summary>
public interface IInputDetector
{
    /// <summary>Passes over the pictures that <see cref="Score"/> makes, for progress.</summary>
    int Passes { get; }

    /// <summary>Scores every picture.</summary>
    /// <returns>One score for each of the pictures, in their order, and what they mean.</returns>
    /// <exception cref="NotApplicableException">It has no answer for this model.</exception>
    InputScores Score(Inspection inspection);
}

/// <summary>What a detector says of the pictures.</summary>
/// <param name="Scale">What the scores mean and when the alarm is raised.</param>
/// <param name="Pictures">One for each picture, in their order.</param>
public sealed record InputScores(ScoreScale Scale, IReadOnlyList<InputScore> Pictures);

/// <summary>A picture's score, and the model's class for it from the same reading.</summary>
/// <param name="Predicted">Class with the largest logit of the untouched picture.</param>
/// <param name="Score">The score.</param>
public readonly record struct InputScore(int Predicted, double Score);
