namespace Postern.Studies;

/// <summary>What became of a group of tasks in a run.</summary>
public enum TaskOutcome
{
    /// <summary>Its output is there.</summary>
    Done,
    /// <summary>It stopped with an error.</summary>
    Failed,
    /// <summary>Another run has it.</summary>
    Skipped,
}
