namespace Postern.Benchmarks;

/// <summary>How much of everything a comparison does.</summary>
/// <param name="Quick">The same rows at smaller batches and with fewer rounds.</param>
/// <param name="DataPath">CIFAR-10 in any layout; null for pictures of noise.</param>
internal sealed record Scale(bool Quick, string? DataPath)
{
    /// <summary>Times that each side is run after its warm-up.</summary>
    public int Rounds => Pick(5, 2);

    /// <summary>One of two amounts.</summary>
    public int Pick(int full, int quick) => Quick ? quick : full;
}
