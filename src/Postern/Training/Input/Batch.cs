using static TorchSharp.torch;

namespace Postern.Training.Input;

/// <summary>One step's samples.</summary>
/// <param name="Images">[B, 3, S, S], normalised. A loader's next batches are written to the same memory once this one is
/// disposed: no view of it may outlive the batch.</param>
/// <param name="Labels">[B], int64: the labels that the transform gave.</param>
/// <param name="Indices">Which samples, in the batch's order.</param>
public sealed record Batch(Tensor Images, Tensor Labels, IReadOnlyList<int> Indices) : ITrainingBatch
{
    /// <summary>What the images' memory is given back to; null where it is theirs alone.</summary>
    internal IDisposable? Memory { get; init; }

    /// <inheritdoc/>
    int ITrainingBatch.Samples => Indices.Count;

    /// <summary>Releases both tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        Memory?.Dispose();
    }
}
