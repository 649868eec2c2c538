namespace Postern.Studies;

/// <summary>How far a cell is.</summary>
public enum CellPhase
{
    /// <summary>Nothing is on disk, and nothing that it needs is missing.</summary>
    NotStarted,
    /// <summary>Nothing is on disk, and weights that it needs are still to be trained.</summary>
    Waiting,
    /// <summary>A process is at it now.</summary>
    Running,
    /// <summary>Begun and not finished, and no process is at it; the next run goes on.</summary>
    Interrupted,
    /// <summary>It stopped with an error.</summary>
    Failed,
    /// <summary>Its result is there.</summary>
    Done,
}

/// <summary>What the files of a cell say about it.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Epoch">Finished epochs.</param>
/// <param name="Epochs">Epochs to train.</param>
/// <param name="Reason">Why it failed, or what it waits for; null otherwise.</param>
public sealed record CellState(CellPhase Phase, int Epoch, int Epochs, string? Reason = null)
{
    /// <summary>Whether something of it is on disk.</summary>
    public bool HasBegun => Phase is not (CellPhase.NotStarted or CellPhase.Waiting);

    /// <summary>Whether it has begun and neither ended nor failed.</summary>
    public bool IsUnfinished => Phase is CellPhase.Running or CellPhase.Interrupted;
}
