using Postern.Attacks;
using Postern.Datasets;
using Postern.Kernels;
using Postern.Training.Input;

namespace Postern.Evaluation;

/// <summary>
/// What an adversary tunes a repaired model with (Min et al. 2023; <c>docs/reference/defences.md 20</c>): a few clean training
/// pictures, some of them replaced by triggered ones with the target's label. It is the attack's side, never a defence's.
/// </summary>
/// <param name="Images">The pictures.</param>
/// <param name="Transform">Plants the trigger into the poisons, as at test time.</param>
/// <param name="Poisons">How many.</param>
public sealed record RetuningSet(ImageSet Images, ISampleTransform Transform, int Poisons)
{
    /// <summary>Share of the training pictures.</summary>
    public const decimal Share = 0.02m;

    /// <summary>Poisons among them.</summary>
    public const int UsualPoisons = 5;

    /// <summary>int(n share).</summary>
    public static int SizeOf(int training, decimal share) => (int)(training * share);

    /// <summary>The set of an attack: pictures and poisons are decided by <paramref name="seed"/>.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="training">The training split.</param>
    /// <param name="crops">Whether the input is smaller than a stored picture.</param>
    /// <param name="seed">Decides whom.</param>
    public static RetuningSet Of(Attack attack, ImageSet training, bool crops, long seed)
    {
        int size = Math.Clamp(SizeOf(training.Count, Share), 2 * UsualPoisons, training.Count);
        int[] chosen = RandomStream.For(seed, "re-tuning").Permutation(training.Count)[..size];
        // The poisons come from those whose trigger counts for ASR: not of the target, of the source where there is one.
        int[] eligible = [.. attack.CountedForAsr(training.Labels)];
        int[] poisons = [.. eligible.Where(chosen.Contains).Concat(eligible.Except(chosen)).Take(UsualPoisons)];
        int[] all = [.. poisons, .. chosen.Except(poisons).Take(size - poisons.Length)];
        return new RetuningSet(new SubsetImageSet(training, all),
            new RetuningSamples(new TriggeredSamples(attack, crops), all, poisons.Length, attack.TargetClass), poisons.Length);
    }

    /// <summary>The first samples are triggered and get the target's label.</summary>
    private sealed class RetuningSamples(ISampleTransform trigger, int[] original, int poisons, int target) : ISampleTransform
    {
        public int LabelOf(int index, int trueLabel) => index < poisons ? target : trueLabel;

        public bool Changes(int index) => index < poisons;

        public void ChangeStored(int index, Span<float> pixels, int size) => trigger.ChangeStored(original[index], pixels, size);

        public void ChangeInput(int index, Span<float> pixels, int size) => trigger.ChangeInput(original[index], pixels, size);
    }
}
