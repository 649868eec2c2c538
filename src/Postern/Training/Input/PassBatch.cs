namespace Postern.Training.Input;

/// <summary>A batch of one of two passes that are made at once.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Transformed">Whether it is of the pass with the transform.</param>
public readonly record struct PassBatch(Batch Batch, bool Transformed) : IDisposable
{
    /// <summary>Releases the batch.</summary>
    public void Dispose() => Batch.Dispose();
}
