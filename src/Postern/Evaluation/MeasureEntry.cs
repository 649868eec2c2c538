using Postern.Configuration;

namespace Postern.Evaluation;

/// <summary>A named measure and what a study may set on it.</summary>
/// <param name="Name">Name in the study file.</param>
/// <param name="Summary">One line for listings.</param>
/// <param name="Options">Its options.</param>
public sealed record MeasureEntry(string Name, string Summary, IReadOnlyList<OptionInfo> Options) : ICatalogEntry;
