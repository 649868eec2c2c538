using Postern.Datasets;

namespace Postern.Studies;

/// <summary>
/// Stored clean splits, <c>.clean-splits/DATASET-XXXXXXXX.json</c> in the output folder: drawn once for a dataset's training
/// pictures, and the same ones from then on for every cell and study, whatever is changed in how they are drawn.
/// </summary>
internal static class CleanSplitFile
{
    /// <summary>The split of <paramref name="dataset"/>, drawn and stored where it is not there yet.</summary>
    /// <param name="runsRoot">The output folder (<c>--out</c>).</param>
    /// <param name="dataset">The dataset.</param>
    /// <exception cref="InputException">The stored split is damaged, or cannot be written.</exception>
    public static CleanSplit Of(string runsRoot, Dataset dataset)
    {
        string path = PathOf(runsRoot, dataset, dataset.Train.Fingerprint);
        if (!File.Exists(path) && Former(runsRoot, dataset) is CleanSplit former) RecordFormat.Write(path, former);
        if (RecordFormat.Read<CleanSplit>(path) is CleanSplit stored)
            return Contradiction(stored, dataset.Train) is string found
                ? throw new InputException(path, $"is damaged ({found}); delete it") : stored;
        CleanSplit drawn = dataset.CleanSplit;
        RecordFormat.Write(path, drawn);
        return drawn;
    }

    /// <summary>
    /// The split that was stored when pictures were known by names and lengths, for the same pictures as they are known now: it
    /// says which indices are held out, and that is right for any content.
    /// </summary>
    private static CleanSplit? Former(string runsRoot, Dataset dataset) =>
        dataset.Train.FormerFingerprint is string former
            && RecordFormat.Read<CleanSplit>(PathOf(runsRoot, dataset, former)) is CleanSplit stored
            && stored.Fingerprint == former
            ? stored with { Fingerprint = dataset.Train.Fingerprint } : null;

    private static string PathOf(string runsRoot, Dataset dataset, string fingerprint)
    {
        string hash = ShortHash.Of(fingerprint);
        return Path.Combine(runsRoot, ".clean-splits", $"{Slug.Of(dataset.Name)}-{hash}.json");
    }

    private static string? Contradiction(CleanSplit split, ImageSet train)
    {
        int[] all = [.. split.Tuning, .. split.Validation];
        return split.Fingerprint != train.Fingerprint ? "it belongs to other pictures"
            : all.Any(i => i < 0 || i >= train.Count) ? "an index is outside the split"
            : all.Distinct().Count() != all.Length ? "a picture comes twice"
            : split.Tuning.Count == 0 ? "it holds nothing to learn from"
            : null;
    }
}
