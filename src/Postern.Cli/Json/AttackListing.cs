using Postern.Attacks;

namespace Postern.Cli.Json;

/// <summary>An attack with its options; rates are fractions of the training set.</summary>
internal sealed record AttackListing(
    string Name, string Summary, string Kind, bool CleanLabel, bool Visible, bool Learned, string Source,
    IReadOnlyList<PublishedBudget> Published, IReadOnlyList<OptionListing> Options)
{
    public static AttackListing Of(AttackEntry attack) => new(
        attack.Name, attack.Summary, attack.Kind, attack.CleanLabel, attack.Visible, attack.Learned, attack.Source,
        attack.Published,
        [.. attack.Options.Select(OptionListing.Of)]);
}
