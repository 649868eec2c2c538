using Postern.Datasets;

namespace Postern.Cli.Json;

/// <summary>What <c>data info</c> found; sides in pixels.</summary>
internal sealed record DatasetListing(
    string Name, string Layout, int PictureSize, int InputSize, SplitListing Train, SplitListing Test,
    IReadOnlyList<ClassListing> Classes)
{
    public static DatasetListing Of(DatasetSummary summary) => new(
        summary.Name, summary.Layout, summary.PictureSize, summary.InputSize, SplitListing.Of(summary.Train),
        SplitListing.Of(summary.Test),
        [.. summary.ClassNames.Select(
            (name, label) => new ClassListing(label, name, summary.Train.PerClass[label], summary.Test.PerClass[label]))]);
}

/// <summary>A split: pictures, and the checksum of its content.</summary>
internal sealed record SplitListing(int Count, string Sha256)
{
    public static SplitListing Of(SplitSummary split) => new(split.Count, split.Fingerprint);
}

/// <summary>A class and its pictures in either split.</summary>
internal sealed record ClassListing(int Label, string Name, int Train, int Test);
