using Postern.Attacks;
using Postern.Evaluation;

namespace Postern.Probes;

/// <summary>
/// What the network makes of the same clean and triggered test pictures, as often as it is asked, while something in it is
/// changed from one time to the next.
/// </summary>
/// <param name="evaluator">Has the pictures and the network.</param>
/// <param name="attack">Whose trigger they carry.</param>
/// <param name="pictures">How many clean and how many triggered ones, every class at its share; 0 for all.</param>
public sealed class PictureOutcomes(Evaluator evaluator, Attack attack, int pictures)
{
    private readonly IReadOnlyList<int> clean = evaluator.Order(null, pictures), triggered = evaluator.Order(attack, pictures);

    /// <summary>Whether each clean picture is classified rightly, and each triggered one taken for the target.</summary>
    public (bool[] Right, bool[] Taken) Now(CancellationToken cancel)
    {
        IReadOnlyList<int> labels = evaluator.LabelsOf(null);
        int[] answers = evaluator.Stream((null, clean), (attack, triggered)).Predict(evaluator.Model, pass: 0, cancel: cancel);
        return ([.. clean.Select((picture, i) => answers[i] == labels[picture])],
            [.. answers.Skip(clean.Count).Select(answer => answer == attack.TargetClass)]);
    }

    /// <summary>The share of pictures that count.</summary>
    public static Proportion Share(IReadOnlyList<bool> outcomes) => new(outcomes.Count(o => o), outcomes.Count);
}
