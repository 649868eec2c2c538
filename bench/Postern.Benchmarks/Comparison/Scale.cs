namespace Postern.Benchmarks;

/// <summary>How much of everything a comparison does.</summary>
/// <param name="Quick">The same rows at smaller batches and with fewer rounds.</param>
/// <param name="DataPath">CIFAR-10 in any layout; null for pictures of noise.</param>
/// <param name="ProfilesOperations">Whether steps also say where their time goes, operation by operation.</param>
internal sealed record Scale(bool Quick, string? DataPath, bool ProfilesOperations = false)
{
    /// <summary>Seconds of a reading of something short, at full scale.</summary>
    public const double FullReading = 0.5;

    /// <summary>Seconds of a reading of something short.</summary>
    public double Reading => Quick ? 0.1 : FullReading;

    /// <summary>Times that each side is run after its warm-up.</summary>
    public int Rounds => Pick(5, 2);

    /// <summary>One of two amounts.</summary>
    public int Pick(int full, int quick) => Quick ? quick : full;
}
