namespace Postern.Training.Input;

/// <summary>
/// What changes samples on their way into a batch. Training knows no more of it than this: it does not know that attacks exist.
/// Implementations are immutable and safe from several threads.
/// </summary>
public interface ISampleTransform
{
    /// <summary>The label that sample <paramref name="index"/> gets.</summary>
    int LabelOf(int index, int trueLabel);

    /// <summary>Whether the sample is changed at all, so that others skip the work.</summary>
    bool Changes(int index);

    /// <summary>Changes the stored picture, [3, size, size] in [0, 1], before augmentation.</summary>
    void ChangeStored(int index, Span<float> pixels, int size);

    /// <summary>
    /// Changes the model-sized picture, [3, size, size] in [0, 1], after geometric augmentation and before normalisation.
    /// </summary>
    void ChangeInput(int index, Span<float> pixels, int size);
}
