namespace Postern.Training;

/// <summary>Whom an epoch trains on.</summary>
/// <param name="Kept">Indices of samples, at least one; null for all.</param>
/// <param name="Labels">New labels by index; null for none.</param>
public sealed record EpochSamples(IReadOnlySet<int>? Kept = null, IReadOnlyDictionary<int, int>? Labels = null)
{
    /// <summary>Everybody as given.</summary>
    public static EpochSamples All { get; } = new();
}
