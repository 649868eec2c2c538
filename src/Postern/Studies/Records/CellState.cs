namespace Postern.Studies;

/// <summary>How far a cell is.</summary>
public enum CellPhase
{
    /// <summary>Nothing is on disk.</summary>
    NotStarted,
    /// <summary>Begun and not finished: it is running, or it was interrupted and will go on.</summary>
    Running,
    /// <summary>It stopped with an error.</summary>
    Failed,
    /// <summary>Its result is there.</summary>
    Done,
}

/// <summary>What the files of a cell say about it.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Epoch">Finished epochs.</param>
/// <param name="Epochs">Epochs to train.</param>
/// <param name="Reason">Why it failed; null unless it did.</param>
public sealed record CellState(CellPhase Phase, int Epoch, int Epochs, string? Reason = null);
