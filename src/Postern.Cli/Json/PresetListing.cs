using Postern.Configuration;

namespace Postern.Cli.Json;

/// <summary>A preset by name.</summary>
internal sealed record PresetListing(string Name, string Summary);

/// <summary>
/// A preset for one dataset and model: every training option with the preset's value, and what about them may surprise.
/// </summary>
internal sealed record ResolvedPresetListing(
    string Name, string Summary, string Dataset, string Model, IReadOnlyList<OptionListing> Options, IReadOnlyList<string> Notes)
{
    public static ResolvedPresetListing Of(
        ICatalogEntry resolved, ICatalogEntry dataset, ICatalogEntry model, IReadOnlyList<string> notes) =>
        new(resolved.Name, resolved.Summary, dataset.Name, model.Name, [.. resolved.Options.Select(OptionListing.Of)], notes);
}
