using Postern.Configuration;
using Postern.Datasets;
using Postern.Models;

namespace Postern.Cli.Json;

/// <summary>What a model is fed: sides in pixels; <c>input</c> says how a value is made of a pixel.</summary>
internal sealed record ModelInputListing(
    string Name, int UsualSide, string Shape, string Input, IReadOnlyList<DatasetInputListing> Datasets)
{
    /// <summary>The shape of a batch.</summary>
    public const string BatchShape = "[B, 3, side, side]";

    /// <summary>How an input is made.</summary>
    public const string Formula = "RGB, (pixel / 255 - mean) / std";

    public static ModelInputListing Of(ModelEntry entry) => new(entry.Name, entry.InputSide, BatchShape, Formula,
        [.. DatasetCatalog.All.Select(DatasetInputListing.Of)]);
}

/// <summary>What a dataset's pictures become; side and classes are null where the data decide.</summary>
internal sealed record DatasetInputListing(
    string Dataset, int? InputSide, IReadOnlyList<float> Mean, IReadOnlyList<float> Std, int? Classes)
{
    public static DatasetInputListing Of(IDatasetEntry dataset) => new(dataset.Name, dataset.InputSide, dataset.Pixels.Mean,
        dataset.Pixels.Std, dataset.InputSide is null ? null : dataset.ScaleOf(new Choice(dataset)).Classes);
}
