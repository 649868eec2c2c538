namespace Postern.Studies;

/// <summary><c>filter.json</c>: whom a filter removes from the training set.</summary>
/// <param name="Removed">Indices of samples, ascending.</param>
/// <param name="Flagged">Classes that it calls a backdoor's target; null where it does not judge classes.</param>
/// <param name="Seconds">Wall time of the run that finished it.</param>
/// <param name="PeakMemory">Largest resident memory of the process until its end, bytes.</param>
/// <param name="NotApplicable">Why it removed nobody; null where it had an answer.</param>
public sealed record FilterRecord(
    IReadOnlyList<int> Removed, IReadOnlyList<int>? Flagged, double Seconds, long PeakMemory, string? NotApplicable);
