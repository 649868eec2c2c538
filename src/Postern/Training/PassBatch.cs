namespace Postern.Training;

/// <summary>A batch of one of two passes that are made at once.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Edited">Whether it is of the pass with the editor.</param>
public readonly record struct PassBatch(Batch Batch, bool Edited) : IDisposable
{
    /// <summary>Releases the batch.</summary>
    public void Dispose() => Batch.Dispose();
}
