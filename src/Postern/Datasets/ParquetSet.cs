using System.Globalization;
using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// <c>parquet</c>: any set of pictures in parquet files (<see cref="ParquetShards"/>, <see cref="ParquetFeatures"/>), as the
/// <c>datasets</c> library, the hub and <c>postern poison --format parquet</c> write them; decoded when it is opened.
/// </summary>
public sealed class ParquetSet : IDatasetEntry
{
    private const int LargestSide = 1024, UsualSide = 32;

    /// <inheritdoc/>
    public string Name => "parquet";

    /// <inheritdoc/>
    public string Summary => "any set of pictures and labels in parquet files, as the hub and the datasets library write them";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options { get; } =
    [
        .. StoredOptions.All,
        new("size", OptionKind.Integer, "0",
            "side of the model's input, to which pictures are resized (bilinear, aspect ignored); "
            + "0 for pictures that are square and of one size")
        {
            Min = 0,
            Max = LargestSide,
        },
        new("label", OptionKind.Word, "", "column of the labels; empty for the only one, or the one that is called label"),
    ];

    /// <inheritdoc/>
    public PixelConstants Pixels { get; } = PixelConstants.ImageNet;

    /// <inheritdoc/>
    public bool Recognises(string path)
    {
        try
        {
            using FileTree? tree = TreeAt(path);
            return tree is not null && ParquetShards.Find(tree, []) is not null;
        }
        catch (InputException)
        {
            // Whoever opens it says why.
            return true;
        }
    }

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) =>
        new DatasetScale(50_000, 10_000, choice.Integer("size") is > 0 and int side ? side : UsualSide, 10).Limited(choice);

    /// <inheritdoc/>
    public DatasetScale Counted(Choice choice)
    {
        DatasetScale scale = ScaleOf(choice) with { Guess = "it is not there, so that 50,000 and 10,000 pictures stand for it" };
        if (choice.File("path") is not string path || !Path.Exists(path)) return scale;
        using FileTree tree = TreeAt(path) ?? throw NotHere(path);
        ParquetShards shards = ParquetShards.Find(tree, []) ?? throw NotHere(path);
        return (scale with { Train = Rows(shards.Train), Test = Rows(shards.Test), Guess = null }).Limited(choice);

        int Rows(IReadOnlyList<string> files) => files.Sum(f => ParquetFeatures.RowsOf(tree.Read(f), tree.Describe(f)));
    }

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        string path = StoredOptions.PathOf(choice);
        using FileTree tree = TreeAt(path) ?? throw NotHere(path);
        ParquetShards shards = ParquetShards.Find(tree, []) ?? throw NotHere(path);
        if (shards.Test.Count == 0)
            throw tree.Missing($"{shards.Folder}test-00000-of-00001.parquet",
                "a set needs test (or validation) files beside train");
        string[] labels = choice.Word("label") is { Length: > 0 } label ? [label] : [];
        int size = choice.Integer("size");
        var reader = new PictureParquet(labels, classes: null, size, resizes: size > 0);
        PicturePart[] train = Parts(shards.Train), test = Parts(shards.Test);
        IReadOnlyList<string> names = Names(tree, shards.Train[0], labels, train.Concat(test).Max(p => p.Labels.Max()) + 1);
        return StoredOptions.Limit(choice, new Dataset(
            Name, PicturePart.Join(train, names, tree.Root), PicturePart.Join(test, names, tree.Root), reader.Side,
            Pixels.Mean, Pixels.Std, TargetClass: 0, "crop",
            $"parquet: {Files(shards.Train)} and {Files(shards.Test)}"));

        PicturePart[] Parts(IReadOnlyList<string> files) =>
            [.. files.SelectMany(f => reader.Parts(tree.Read(f), tree.Describe(f)))];
    }

    // By what the files say of their classes, where those are enough for the labels; else the numbers.
    private static IReadOnlyList<string> Names(FileTree tree, string file, string[] labels, int classes)
    {
        IReadOnlyList<string>? named = ParquetFeatures.Of(tree.Read(file), tree.Describe(file), labels).ClassNames;
        return named?.Count >= classes ? named
            : [.. Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture))];
    }

    private static string Files(IReadOnlyList<string> files) => files.Count == 1
        ? files[0] : string.Create(CultureInfo.InvariantCulture, $"{files[0]} to {Path.GetFileName(files[^1])}");

    // The folder, or that of a file that is named.
    private static FolderTree? TreeAt(string path) =>
        Directory.Exists(path) ? new FolderTree(path)
        : File.Exists(path) && ParquetShards.IsOne(path) ? new FolderTree(ParquetShards.RootOf(path)) : null;

    private static InputException NotHere(
        string path) => new(path, "there are no parquet files of a set of pictures here; expected "
        + "train-00000-of-00001.parquet, train/0000.parquet or train.parquet, and the same with test or validation");
}
