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
    private const int ShownSide = 64;

    /// <summary>What may surprise, a sentence each: what was passed over, how classes are numbered.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Looks through <paramref name="dataset"/>; decodes no picture.</summary>
    public static DatasetSummary Of(Dataset dataset) => new(
        dataset.Name, dataset.Layout, dataset.Train.Size, dataset.InputSize, dataset.Train.ClassNames,
        SplitSummary.Of(dataset.Train), SplitSummary.Of(dataset.Test))
    {
        Notes = dataset.Notes,
    };

    /// <summary>
    /// Pictures of every class (or of the first classes), a row a class under its number, name and count. They are taken evenly
    /// from all of the class, since neighbours are often frames of one film.
    /// </summary>
    /// <param name="set">The split shown.</param>
    /// <param name="perClass">Pictures in a row.</param>
    /// <param name="classes">Most classes shown.</param>
    /// <exception cref="InputException">A picture that cannot be decoded.</exception>
    public static RgbImage Sheet(ImageSet set, int perClass = 10, int classes = 50) => SheetOf(set, perClass, classes).Draw();

    internal static FigureGrid SheetOf(ImageSet set, int perClass = 10, int classes = 50)
    {
        (int Label, int[] All)[] rows = [.. Enumerable.Range(0, set.Count)
            .GroupBy(i => set.Labels[i])
            .OrderBy(g => g.Key)
            .Take(classes)
            .Select(g => (g.Key, g.ToArray()))];
        // Classes of one picture each need no row of their own.
        if (rows.All(r => r.All.Length == 1))
            return new FigureGrid(
                [.. rows.Select(r => Tile(set, r.All[0], $"{r.Label} {set.ClassNames[r.Label]}")).Chunk(perClass)],
                ShownSide);
        return new FigureGrid([.. rows.Select(r => Spread(r.All, perClass).Select(i => Tile(set, i)).ToArray())], ShownSide)
        {
            Titles = [.. rows.Select(r => $"{r.Label} {set.ClassNames[r.Label]} ({r.All.Length})")],
        };
    }

    private static IEnumerable<int> Spread(int[] all, int count) =>
        Enumerable.Range(0, Math.Min(count, all.Length)).Select(i => all[(long)i * all.Length / Math.Min(count, all.Length)]);

    private static FigureTile Tile(ImageSet set, int index, params string[] caption)
    {
        var picture = new RgbImage(set.Size, set.Size);
        set.Read(index, picture.Pixels);
        return new FigureTile(
            set.Size > ShownSide ? Resampling.Bilinear(picture, ShownSide, ShownSide) : picture, caption);
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
