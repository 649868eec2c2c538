namespace Postern.Training.Input;

/// <summary>
/// What is done to a finished picture after its trigger, its geometry and its colours, before normalisation: where a patch
/// defence stands (<c>docs/reference/attacks.md 5</c>). Immutable; safe from several threads.
/// </summary>
public interface IInputTransform
{
    /// <summary>Changes a picture in place.</summary>
    /// <param name="picture">[3, size, size], values in [0, 1].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="place">Whose picture it is; every draw is a function of it.</param>
    void Apply(Span<float> picture, int size, in SamplePlace place);
}

/// <summary>Where a picture comes in a pass over a split.</summary>
/// <param name="Seed">Seed of the pass.</param>
/// <param name="Epoch">Epoch, or number of the evaluation pass.</param>
/// <param name="Batch">Number of its batch in the pass.</param>
/// <param name="Index">Index in the split.</param>
public readonly record struct SamplePlace(long Seed, int Epoch, int Batch, int Index)
{
    /// <summary>How often the picture has come in this epoch before; see <see cref="BatchLoader.Repeats"/>.</summary>
    public int Showing { get; init; }
}
