using Postern.Native;

namespace Postern.Cli.Json;

/// <summary>What <c>doctor</c> looked at; the state is <c>ok</c>, <c>note</c> or <c>wrong</c>, and the cure is null where it is ok.</summary>
internal sealed record FindingListing(string Name, string State, string Value, string? Cure)
{
    public static FindingListing Of(Finding finding) =>
        new(finding.Name, finding.Cure is null ? "ok" : finding.Fatal ? "wrong" : "note", finding.Value, finding.Cure);
}
