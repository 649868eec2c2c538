using System.Runtime.CompilerServices;
using Postern.Configuration;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// <c>folder</c>: any image folder or archive of one at any size (<c>docs/datasets.md</c>): <c>train/</c> beside <c>test/</c>,
/// <c>val/</c> or <c>valid/</c>, a folder a class in each, or a test split whose classes a text file lists; the sets that
/// <c>postern poison</c> writes, too. Pictures are decoded when they are read and resized to the model's input.
/// </summary>
public sealed class ImageFolder : IDatasetEntry
{
    private const int LargestSide = 1024;

    // Of listings that a dry run asks for again and again; the study's own choice is the key.
    private static readonly ConditionalWeakTable<Choice, DatasetScale> Scales = [];

    /// <inheritdoc/>
    public string Name => "folder";

    /// <inheritdoc/>
    public string Summary => "any image folder or archive with train/ and test/ or val/, at the size that is given";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options { get; } =
    [
        .. StoredOptions.All,
        new("size", OptionKind.Integer, "0", "side of the model's input, to which pictures are resized; must be given")
        {
            Min = 0,
            Max = LargestSide,
        },
        new("resize", OptionKind.Word, "stretch",
            "stretch (bilinear, aspect ignored) or shortest (shorter side to the size, bicubic, the middle kept)")
        {
            Allowed = ["stretch", "shortest"],
        },
        new("test", OptionKind.Word, "", "folder of the test pictures; empty for the first of test, val, valid that has classes"),
        new("classes", OptionKind.File, "",
            "text file with a class folder's name at the start of each line, in the order of the classes' numbers; a number "
            + "and a readable name may follow"),
        StoredOptions.Labels,
        UnreadablePictures.Option,
        .. ClassFoldersAlone.Options,
    ];

    /// <inheritdoc/>
    public PixelConstants Pixels { get; } = PixelConstants.ImageNet;

    /// <inheritdoc/>
    public bool Recognises(string path)
    {
        if (!Directory.Exists(path) && !FileTrees.IsArchive(path)) return false;
        try
        {
            using FileTree tree = FileTrees.Open(path);
            if (ImageFolderLayout.Find(tree) is not ImageFolderLayout layout) return ClassFoldersAlone.Find(tree) is not null;
            var sample = SampleOf(tree, layout);
            bool likeImageNet = layout.Root.Length == 0 && (layout.Train is null or "train") && layout.Tests.Contains("val");
            bool ofAnotherSize = PoisonedExport.Find(tree, layout.Root) is { PictureSize: not ImageNet.StoredSide };
            return sample.Count > 0 && (!likeImageNet || sample.IsSmall || ofAnotherSize);
        }
        catch (InputException)
        {
            // Whoever opens it says why.
            return false;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> OptionsAt(string path)
    {
        using FileTree tree = FileTrees.Open(path);
        int side = ImageFolderLayout.Find(tree) is ImageFolderLayout layout
            && PoisonedExport.Find(tree, layout.Root) is { } export
            ? export.PictureSize : SampleOf(tree).Side;
        return new Dictionary<string, string> { ["path"] = path, ["size"] = FormattableString.Invariant($"{side}") };
    }

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) => Scales.GetValue(choice, Count);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        FileTree tree = FileTrees.Open(StoredOptions.PathOf(choice));
        try
        {
            int size = choice.Integer("size");
            if (size == 0)
            {
                int side = SampleOf(tree).Side;
                throw choice.Error(FormattableString.Invariant(
                    $"folder needs 'size', the side of the model's input; by the pictures that are there: size: {side}"));
            }
            ImageFolderContent content = Content(tree, choice);
            var fit = new SquareFit(size, KeepsAspect: choice.Word("resize") == "shortest");
            FolderImageSet test = Split(content.Test), train = content.HasTrain ? Split(content.Train) : test;
            return StoredOptions.Limit(choice, new Dataset(
                Name, train, test, size, Pixels.Mean, Pixels.Std,
                TargetClass: 0, "crop", content.Layout)
            {
                Notes = content.Notes,
            });

            FolderImageSet Split(LabelledFiles pictures) => new(tree, pictures, content.Classes.Names, fit);
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static PictureSample SampleOf(FileTree tree)
    {
        if (ImageFolderLayout.Find(tree) is ImageFolderLayout layout) return SampleOf(tree, layout);
        return PictureSample.Of(tree, ClassFoldersAlone.Find(tree) ?? throw Missing(tree));
    }

    private static PictureSample SampleOf(FileTree tree, ImageFolderLayout layout) =>
        PictureSample.Of(tree, layout.Train ?? layout.Tests[0]);

    private static InputException Missing(FileTree tree) => new(tree.Root, ImageFolderLayout.Missing(tree));

    private static ImageFolderContent Content(FileTree tree, Choice choice)
    {
        if (ImageFolderLayout.Find(tree) is not ImageFolderLayout layout)
            return ClassFoldersAlone.Read(tree, ClassFoldersAlone.Find(tree) ?? throw Missing(tree), choice);
        string? test = null;
        if (choice.Word("test") is { Length: > 0 } wanted)
        {
            test = FolderListing.Join(layout.Root, wanted.TrimEnd('/'));
            if (tree.List(test) is { Folders.Count: 0, Files.Count: 0 })
                throw choice.Error($"test is '{wanted}', but there is no such folder beside {layout.Train ?? layout.Tests[0]}/");
        }
        return ImageFolderContent.Read(tree, layout, test, choice.File("classes"), choice.File("labels"));
    }

    // Nothing is published of a set that nobody knows: the names are counted, and where there are none yet a usual size is taken.
    private static DatasetScale Count(Choice choice)
    {
        int size = choice.Integer("size") is > 0 and int side ? side : 32;
        if (choice.File("path") is not string path || !Path.Exists(path))
        {
            return (new DatasetScale(50_000, 10_000, size, 10) { Guess = "no pictures are there yet" }).Limited(choice);
        }
        using FileTree tree = FileTrees.Open(path);
        ImageFolderContent content = Content(tree, choice);
        return new DatasetScale(content.Train.Labels.Length, content.Test.Labels.Length, size, content.Classes.Names.Count)
            .Limited(choice);
    }
}
