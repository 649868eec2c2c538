namespace Postern.Studies;

/// <summary>What became of a cell in a run.</summary>
public enum CellOutcome
{
    /// <summary>Its result is there.</summary>
    Done,
    /// <summary>It stopped with an error.</summary>
    Failed,
    /// <summary>Another run has it.</summary>
    Skipped,
}
