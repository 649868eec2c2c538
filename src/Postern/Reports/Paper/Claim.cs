namespace Postern.Reports.Paper;

/// <summary>A sentence of the paper and the comparisons that it stands for.</summary>
/// <param name="Id">A short name for it.</param>
/// <param name="Text">The sentence.</param>
/// <param name="Table">The table or figure that it is about; empty for none.</param>
/// <param name="Comparisons">At least one.</param>
public sealed record Claim(string Id, string Text, string Table, IReadOnlyList<Comparison> Comparisons)
{
    /// <summary>What a reader has to know of the paper's own numbers about it; mostly empty.</summary>
    public string Remark { get; init; } = "";
}
