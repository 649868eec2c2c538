using Postern.Cli.Commands;
using Postern.Models;
using Postern.Native;
using Postern.Native.Paths;

namespace Postern.Cli.Json;

/// <summary>
/// What <c>doctor</c> looked at; the state is <c>ok</c>, <c>note</c> or <c>wrong</c>, and the cure is null where it is ok. Fast
/// paths have their candidates, everything else null.
/// </summary>
internal sealed record FindingListing(
    string Name, string State, string Value, string? Cure, IReadOnlyList<CandidateListing>? Candidates = null)
{
    public static FindingListing Of(Finding finding) =>
        new(finding.Name, finding.Cure is null ? "ok" : finding.Fatal ? "wrong" : "note", finding.Value, finding.Cure);

    public static FindingListing Of(PathReport report) => Of(PathFinding.Of(report)) with
    {
        Candidates = [.. report.Trials.Select(t => new CandidateListing(
            t.Candidate, t.Word, t.Candidate == report.Chosen,
            t.Largest is double l && double.IsFinite(l) ? l : null, t.Detail))],
    };

    public static FindingListing Of(ModelTrial trial) => Of(PathFinding.Of(trial));
}

/// <summary>
/// A candidate of a fast path: <c>passed</c>, <c>wrong</c>, <c>crashed</c>, <c>not here</c> or <c>not tried</c>.
/// </summary>
internal sealed record CandidateListing(string Name, string Outcome, bool InUse, double? LargestDifference, string Detail);
