using Postern.Datasets;

namespace Postern.Cli.Json;

/// <summary>A dataset that a study can name, with its options.</summary>
internal sealed record DatasetEntryListing(string Name, string Summary, IReadOnlyList<OptionListing> Options)
{
    public static DatasetEntryListing Of(IDatasetEntry dataset) =>
        new(dataset.Name, dataset.Summary, [.. dataset.Options.Select(OptionListing.Of)]);
}
