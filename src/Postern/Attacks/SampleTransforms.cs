using Postern.Imaging;
using Postern.Training.Input;

namespace Postern.Attacks;

/// <summary>Plants an attack into the training set as its plan says.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Plan">Its plan for this training set.</param>
/// <param name="Crops">Whether the model's input is cut out of a larger stored picture.</param>
public sealed record PoisonedSamples(Attack Attack, PoisonPlan Plan, bool Crops) : ISampleTransform
{
    /// <inheritdoc/>
    public int LabelOf(int index, int trueLabel) => Plan.LabelOf(index, trueLabel);

    /// <inheritdoc/>
    public bool Changes(int index) => Plan.Of(index).Role != PoisonPlan.Role.Clean;

    /// <inheritdoc/>
    public void ChangeStored(int index, Span<float> pixels, int size)
    {
        if (Attack.EntersAtInput(Crops)) return;
        Apply(index, pixels, size);
        if (Attack.Recompresses && Changes(index)) JpegRecompression.Apply(pixels, size);
    }

    /// <inheritdoc/>
    public void ChangeInput(int index, Span<float> pixels, int size)
    {
        if (Attack.EntersAtInput(Crops)) Apply(index, pixels, size);
    }

    private void Apply(int index, Span<float> pixels, int size)
    {
        (PoisonPlan.Role role, int rank) = Plan.Of(index);
        if (role == PoisonPlan.Role.Clean) return;
        bool isCover = role == PoisonPlan.Role.Cover;
        Attack.ApplyTrain(new PlannedSample(index, isCover, rank, (isCover ? Plan.Covers : Plan.Poisoned).Count), pixels, size);
    }
}

/// <summary>Plants an attack's test-time trigger into every picture; labels stay true.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Crops">Whether the model's input is cut out of a larger stored picture.</param>
public sealed record TriggeredSamples(Attack Attack, bool Crops) : ISampleTransform
{
    /// <inheritdoc/>
    public int LabelOf(int index, int trueLabel) => trueLabel;

    /// <inheritdoc/>
    public bool Changes(int index) => true;

    /// <inheritdoc/>
    public void ChangeStored(int index, Span<float> pixels, int size)
    {
        if (!Attack.EntersAtInput(Crops)) Attack.ApplyTest(index, pixels, size);
    }

    /// <inheritdoc/>
    public void ChangeInput(int index, Span<float> pixels, int size)
    {
        if (Attack.EntersAtInput(Crops)) Attack.ApplyTest(index, pixels, size);
    }
}
