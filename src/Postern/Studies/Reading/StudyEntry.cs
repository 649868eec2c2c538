using Postern.Configuration;

namespace Postern.Studies;

/// <summary>One dataset, model or attack of a study.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Choice">What it is, with its options.</param>
/// <param name="Label">Its name in tables, unique within its list.</param>
/// <param name="Paper">What the paper calls it, for published values; the label where the study does not say.</param>
/// <param name="Identity">What of it decides the result, as text (<see cref="CellIdentity"/>).</param>
internal sealed record StudyEntry(NodeSource At, Choice Choice, string Label, string Paper, string Identity)
{
    /// <summary>The options that the study sets, in canonical text.</summary>
    public required IReadOnlyDictionary<string, string> Given { get; init; }

    /// <summary>Whether the study gives the label.</summary>
    public required bool IsLabelled { get; init; }
}
