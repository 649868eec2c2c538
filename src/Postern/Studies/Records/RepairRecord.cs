namespace Postern.Studies;

/// <summary><c>repair.json</c>: what a repair cost.</summary>
/// <param name="Seconds">Wall time of the run that finished it.</param>
/// <param name="PeakMemory">Largest resident memory of the process until its end, bytes.</param>
/// <param name="NotApplicable">Why it left the weights as they were; null where it repaired them.</param>
public sealed record RepairRecord(double Seconds, long PeakMemory, string? NotApplicable);
