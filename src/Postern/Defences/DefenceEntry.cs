using Postern.Configuration;

namespace Postern.Defences;

/// <summary>A named defence: what a study may set, how it is made.</summary>
/// <param name="Name">Name in the study file.</param>
/// <param name="Summary">One line for listings.</param>
/// <param name="Options">What a study may set.</param>
/// <param name="Make">The defence of the resolved options and the dataset's per-channel mean; null for none.</param>
public sealed record DefenceEntry(
    string Name, string Summary, IReadOnlyList<OptionInfo> Options, Func<Choice, float[], PatchDefence?> Make) : ICatalogEntry
{
    /// <summary>Who published it, for listings and reports.</summary>
    public string Source { get; init; } = "";
}
