namespace Postern.Studies.Jobs;

/// <summary>What a job is asked to do: one line of JSON on its standard input. The end of the input asks it to stop.</summary>
/// <param name="Place">Which group of tasks (<see cref="TaskGroup.Place"/>).</param>
/// <param name="Cell">Id of the cell on whose behalf.</param>
/// <param name="Waits">Whether to wait where another run has it.</param>
internal sealed record JobOrder(string Place, string Cell, bool Waits);
