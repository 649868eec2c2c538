namespace Postern.Studies.Jobs;

/// <summary>What a job is asked to do: one line of JSON on its standard input. The end of the input asks it to stop.</summary>
/// <param name="Cell">Id of the cell to run.</param>
/// <param name="Waits">Whether to wait where another run has it.</param>
internal sealed record JobOrder(string Cell, bool Waits);
