using Postern.Defences;

namespace Postern.Cli.Json;

/// <summary>A defence with its options.</summary>
internal sealed record DefenceListing(string Name, string Summary, string Source, IReadOnlyList<OptionListing> Options)
{
    public static DefenceListing Of(DefenceEntry defence) =>
        new(defence.Name, defence.Summary, defence.Source, [.. defence.Options.Select(OptionListing.Of)]);
}
