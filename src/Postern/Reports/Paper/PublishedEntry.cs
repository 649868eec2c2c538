namespace Postern.Reports.Paper;

/// <summary>Which entries of Postern's catalogues stand for a dataset or a model of the paper.</summary>
/// <param name="Name">What the paper calls it.</param>
/// <param name="Is">Names of the entries, at least one.</param>
/// <param name="Preset">The preset of the paper's programme on a dataset; null for a model, and where it is not said.</param>
public sealed record PublishedEntry(string Name, IReadOnlyList<string> Is, string? Preset = null);
