namespace Postern.Studies;

/// <summary>How a run of a study ended.</summary>
/// <param name="Done">Cells whose result is there, earlier ones included.</param>
/// <param name="Failed">Cells that stopped with an error.</param>
/// <param name="Skipped">Cells that another process is running.</param>
public sealed record RunSummary(int Done, int Failed, int Skipped);
