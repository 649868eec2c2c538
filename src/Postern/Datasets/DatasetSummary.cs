using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>What <c>postern data info</c> prints about a dataset.</summary>
/// <param name="Name">Catalogue name.</param>
/// <param name="Layout">How it lay on disk.</param>
/// <param name="PictureSize">Side of the pictures as they are stored for the pipeline.</param>
/// <param name="InputSize">Side of the model's input.</param>
/// <param name="ClassNames">Names of the classes, by number.</param>
/// <param name="Train">The training split.</param>
/// <param name="Test">The test split.</param>
public sealed record DatasetSummary(
    string Name, string Layout, int PictureSize, int InputSize, IReadOnlyList<string> ClassNames, SplitSummary Train,
    SplitSummary Test)
{
    private const int LargestShown = 64;

    /// <summary>What may surprise, a sentence each: what was passed over, how classes are numbered.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Looks through <paramref name="dataset"/>; decodes no picture.</summary>
    public static DatasetSummary Of(Dataset dataset) => new(
        dataset.Name, dataset.Layout, dataset.Train.Size, dataset.InputSize, dataset.Train.ClassNames,
        SplitSummary.Of(dataset.Train), SplitSummary.Of(dataset.Test))
    {
        Notes = dataset.Notes,
    };

    /// <summary>The first pictures of every class (or of the first classes), a row a class.</summary>
    /// <param name="set">The split shown.</param>
    /// <param name="perClass">Pictures in a row.</param>
    /// <param name="classes">Most classes shown.</param>
    /// <exception cref="InputException">A picture that cannot be decoded.</exception>
    public static RgbImage Sheet(ImageSet set, int perClass = 10, int classes = 50)
    {
        int[][] rows = [.. Enumerable.Range(0, set.Count)
            .GroupBy(i => set.Labels[i])
            .OrderBy(g => g.Key)
            .Take(classes)
            .Select(g => g.Take(perClass).ToArray())];
        // Classes of one picture each need no row of their own.
        int width = rows.Max(r => r.Length), columns = width == 1 ? perClass : width;
        var pictures = new List<RgbImage>();
        foreach (int[] row in rows)
        {
            pictures.AddRange(row.Select(index => Picture(set, index)));
            for (int i = row.Length; i < width; i++) pictures.Add(new RgbImage(1, 1, [255, 255, 255]));
        }
        return ContactSheet.Arrange(pictures, columns, zoom: set.Size > LargestShown ? 1 : 2);
    }

    private static RgbImage Picture(ImageSet set, int index)
    {
        var picture = new RgbImage(set.Size, set.Size);
        set.Read(index, picture.Pixels);
        return set.Size > LargestShown ? Resampling.Bilinear(picture, LargestShown, LargestShown) : picture;
    }
}

/// <summary>Counts of one split.</summary>
/// <param name="Count">Pictures.</param>
/// <param name="PerClass">Pictures of each class, by number.</param>
/// <param name="Fingerprint">SHA-256 of what identifies the content; see <see cref="ImageSet.Fingerprint"/>.</param>
public sealed record SplitSummary(int Count, IReadOnlyList<int> PerClass, string Fingerprint)
{
    /// <summary>Counts <paramref name="set"/>.</summary>
    public static SplitSummary Of(ImageSet set)
    {
        int[] perClass = new int[set.ClassNames.Count];
        foreach (int label in set.Labels) perClass[label]++;
        return new SplitSummary(set.Count, perClass, set.Fingerprint);
    }
}
