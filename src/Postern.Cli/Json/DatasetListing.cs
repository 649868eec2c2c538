using Postern.Datasets;

namespace Postern.Cli.Json;

/// <summary>What <c>data info</c> found; sides in pixels, and the lines with which a study names it.</summary>
internal sealed record DatasetListing(
    string Name, string Layout, int PictureSize, int InputSize, SplitListing Train, SplitListing Test,
    IReadOnlyList<ClassListing> Classes, CheckListing? Check, IReadOnlyList<string> Notes, string Study)
{
    /// <param name="summary">What there is.</param>
    /// <param name="check">What decoding it found; null where it was not asked for.</param>
    /// <param name="study">The lines for a study.</param>
    public static DatasetListing Of(DatasetSummary summary, DatasetCheck? check, string study) => new(
        summary.Name, summary.Layout, summary.PictureSize, summary.InputSize, SplitListing.Of(summary.Train),
        SplitListing.Of(summary.Test),
        [.. summary.ClassNames.Select(
            (name, label) => new ClassListing(label, name, summary.Train.PerClass[label], summary.Test.PerClass[label]))],
        check is null ? null : CheckListing.Of(check), summary.Notes, study);
}

/// <summary>Which pictures cannot be read: pictures looked at, how many of them were decoded for it, and what is wrong.</summary>
internal sealed record CheckListing(int Count, int Decoded, double Seconds, IReadOnlyList<UnreadableListing> Unreadable)
{
    public static CheckListing Of(DatasetCheck check) => new(check.Count, check.Decoded, check.Seconds,
        [.. check.Splits.SelectMany(s => s.Swept.Unreadable.Select(u => new UnreadableListing(s.Name, u.Name, u.Error)))]);
}

/// <summary>A picture that cannot be read.</summary>
internal sealed record UnreadableListing(string Split, string File, string Error);

/// <summary>A split: pictures, and the checksum of its content.</summary>
internal sealed record SplitListing(int Count, string Sha256)
{
    public static SplitListing Of(SplitSummary split) => new(split.Count, split.Fingerprint);
}

/// <summary>A class and its pictures in either split.</summary>
internal sealed record ClassListing(int Label, string Name, int Train, int Test);
