using Postern.Evaluation;
using Postern.Training.Input;

namespace Postern.Defences.Detectors;

/// <summary>
/// Counts in how many trials, each with a draw of its own, a transform of the picture changes the model's prediction (Doan et al.
/// 2023; <c>docs/reference/attacks.md 5</c>).
/// </summary>
/// <param name="transform">What is done to the picture in a trial.</param>
/// <param name="options">Trials and threshold.</param>
public sealed class ChangedPredictions(IInputTransform transform, TrialOptions options) : IInputDetector
{
    private readonly ScoreScale scale = new("changed predictions", options.Threshold, options.FewRaise, options.Trials);

    /// <inheritdoc/>
    public int Passes => 1 + options.Trials;

    /// <inheritdoc/>
    public InputScores Score(Inspection inspection)
    {
        int[] untouched = Pass(trial: 0, null), changes = new int[untouched.Length];
        for (int trial = 1; trial <= options.Trials; trial++)
        {
            int[] predicted = Pass(trial, transform);
            for (int i = 0; i < predicted.Length; i++)
                if (predicted[i] != untouched[i]) changes[i]++;
        }
        return new InputScores(scale, [.. untouched.Zip(changes, (predicted, count) => new InputScore(predicted, count))]);

        int[] Pass(int trial, IInputTransform? changed)
        {
            int[] predicted = inspection.Pictures.Predict(inspection.Model, trial, changed, inspection.Cancel);
            inspection.Passed();
            return predicted;
        }
    }
}
