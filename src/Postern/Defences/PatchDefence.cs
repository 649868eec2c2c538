using Postern.Kernels;
using Postern.Training.Input;

namespace Postern.Defences;

/// <summary>
/// A defence that changes pictures cell by cell, with a draw of its own for every picture and pass, or one for a whole batch
/// (<c>docs/reference/attacks.md 5</c>).
/// </summary>
public abstract class PatchDefence : IInputTransform
{
    /// <summary>The catalogue name.</summary>
    public abstract string Name { get; }

    /// <summary>When it is used.</summary>
    public required DefenceProtocol Protocol { get; init; }

    /// <summary>How pictures are cut.</summary>
    public required CellOptions Cells { get; init; }

    /// <summary>Whether all pictures of a batch share a draw (IPViT) rather than each having its own (the recommended reading).</summary>
    public bool PerBatch { get; init; }

    /// <summary>Trials and threshold of the detector; null unless the protocol is <see cref="DefenceProtocol.Detect"/>.</summary>
    public DetectorOptions? Detector { get; init; }

    /// <summary>Whether training pictures go through it.</summary>
    public bool InTraining => Protocol is DefenceProtocol.Train or DefenceProtocol.Both;

    /// <summary>Whether the test pictures of ACC and ASR go through it.</summary>
    public bool InTests => Protocol is DefenceProtocol.Test or DefenceProtocol.Both;

    /// <inheritdoc/>
    public void Apply(Span<float> picture, int size, in SamplePlace place)
    {
        RandomStream stream = RandomStream.For(place.Seed, Name, place.Epoch, PerBatch ? 1 : 0, PerBatch ? place.Batch : place.Index);
        Apply(picture, Cells.GridOf(size), ref stream);
    }

    /// <summary>Changes one picture.</summary>
    /// <param name="picture">[3, size, size], [0, 1], in place.</param>
    /// <param name="grid">Its cells.</param>
    /// <param name="stream">The draw's own stream.</param>
    protected abstract void Apply(Span<float> picture, PatchGrid grid, ref RandomStream stream);
}

/// <summary>When a patch defence is used.</summary>
public enum DefenceProtocol
{
    /// <summary>On every training picture, clean or poisoned, anew in each epoch; test pictures stay intact.</summary>
    Train,
    /// <summary>On the test pictures of ACC and ASR of a model that was trained without it.</summary>
    Test,
    /// <summary>On both.</summary>
    Both,
    /// <summary>On test pictures in several trials, to tell triggered ones by how often the prediction changes (Doan et al. 2023); ACC and ASR are the undefended model's.</summary>
    Detect,
}
