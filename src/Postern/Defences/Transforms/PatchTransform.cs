using Postern.Kernels;
using Postern.Training.Input;

namespace Postern.Defences.Transforms;

/// <summary>
/// Changes pictures cell by cell, with a draw of its own for every picture and pass, or one for a whole batch
/// (<c>docs/reference/attacks.md 5</c>).
/// </summary>
public abstract class PatchTransform : IInputTransform
{
    /// <summary>The catalogue name.</summary>
    public abstract string Name { get; }

    /// <summary>How pictures are cut.</summary>
    public required CellOptions Cells { get; init; }

    /// <summary>
    /// Whether all pictures of a batch share a draw (IPViT) rather than each having its own (the recommended reading).
    /// </summary>
    public bool PerBatch { get; init; }

    /// <inheritdoc/>
    public void Apply(Span<float> picture, int size, in SamplePlace place)
    {
        // 0 for a picture's first showing and 1 for batches, as ever; what is shown again draws from further on.
        long showing = place.Showing == 0 ? 0 : place.Showing + 1;
        (long kind, long whose) = PerBatch ? (1, place.Batch) : (showing, place.Index);
        RandomStream stream = RandomStream.For(place.Seed, Name, place.Epoch, kind, whose);
        Apply(picture, Cells.GridOf(size), ref stream);
    }

    /// <summary>Changes one picture.</summary>
    /// <param name="picture">[3, size, size], [0, 1], in place.</param>
    /// <param name="grid">Its cells.</param>
    /// <param name="stream">The draw's own stream.</param>
    protected abstract void Apply(Span<float> picture, PatchGrid grid, ref RandomStream stream);
}
