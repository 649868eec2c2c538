using System.Runtime.CompilerServices;
using Postern.Configuration;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// <c>imagenet</c>: ImageNet-1K, or any set of large pictures laid out like it: a folder or archive with <c>train/</c> and
/// <c>val/</c>, a folder a class in each, classes numbered by the order of their folders' names, or as a list of classes says.
/// Pictures are decoded when they are read, resized to 256x256, and cropped to 224 later. Constants of
/// <c>docs/reference/attacks.md 1.1</c>.
/// </summary>
public sealed class ImageNet : IDatasetEntry
{
    /// <summary>Side of the pictures as they are stored for the pipeline.</summary>
    public const int StoredSide = 256;

    /// <summary>Side of the model's input.</summary>
    public const int InputSide = 224;

    // Of listings that a dry run asks for again and again; the study's own choice is the key.
    private static readonly ConditionalWeakTable<Choice, DatasetScale> Counts = [];

    /// <inheritdoc/>
    public string Name => "imagenet";

    /// <inheritdoc/>
    public string Summary => "ImageNet-1K or any image folder or zip with train/ and val/, at 224x224";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options { get; } =
    [
        .. StoredOptions.All,
        new("resize", OptionKind.Word, "stretch",
            "stretch (to 256x256, bilinear, aspect ignored: the toolbox) or shortest (shorter side to "
            + "256, bicubic, the middle kept: with the centre crop to 224, the official evaluation)")
        {
            Allowed = ["stretch", "shortest"],
        },
        new("test_crop", OptionKind.Number, "0.875",
            "share of the square picture's side that tests see of its middle, resized (bicubic) to the input; 0.875 are its 224 "
            + "pixels as they are, 1 is MambaOut's official evaluation")
        {
            Min = 0.5m,
            Max = 1,
            Neutral = "0.875",
        },
        new("decode", OptionKind.Word, "reduced",
            "reduced (a JPEG with both sides above 512 is decoded at the fewest eighths of its size that "
            + "leave both at least 512, and resized from there) or full (every picture is decoded at its size)")
        {
            Allowed = ["reduced", "full"],
        },
        new("classes", OptionKind.File, "",
            "text file with a class folder's name at the start of each line, in the order of the classes' "
            + "numbers, so that a part of the folders keeps the numbers of the whole; a number and a readable name may follow"),
        StoredOptions.Labels,
        UnreadablePictures.Option,
    ];

    /// <inheritdoc/>
    public PixelConstants Pixels { get; } = PixelConstants.ImageNet;

    /// <inheritdoc/>
    int? IDatasetEntry.InputSide => InputSide;

    /// <inheritdoc/>
    public bool Recognises(string path) =>
        Directory.Exists(path)
            ? Directory.Exists(Path.Combine(path, "train")) || Directory.Exists(Path.Combine(path, "val"))
            : File.Exists(path) && path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) =>
        new DatasetScale(1_281_167, 50_000, InputSide, 1000) { StoredSize = StoredSide }.Limited(choice);

    /// <inheritdoc/>
    public DatasetScale Counted(Choice choice) => Counts.GetValue(choice, Count);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        string path = StoredOptions.PathOf(choice);
        FileTree tree = FileTrees.Open(path);
        try
        {
            ImageFolderContent content = Content(tree, choice);
            var fit = new SquareFit(StoredSide, KeepsAspect: choice.Word("resize") == "shortest",
                Reduces: choice.Word("decode") == "reduced");
            FolderImageSet test = Split(content.Test), train = content.HasTrain ? Split(content.Train) : test;
            return StoredOptions.Limit(choice, new Dataset(
                Name, train, test, InputSide, Pixels.Mean, Pixels.Std,
                TargetClass: 0, "resized-crop", content.Layout)
            {
                TestCrop = (double)choice.Number("test_crop"),
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

    private DatasetScale Count(Choice choice)
    {
        if (choice.File("path") is not string path || !Path.Exists(path))
            return ScaleOf(choice) with { Guess = "it is not there, so that its published size stands for it" };
        using FileTree tree = FileTrees.Open(path);
        ImageFolderContent content = Content(tree, choice);
        return new DatasetScale(content.Train.Labels.Length, content.Test.Labels.Length, InputSide, content.Classes.Names.Count)
        {
            StoredSize = StoredSide,
        }.Limited(choice);
    }

    private static ImageFolderContent Content(FileTree tree, Choice choice)
    {
        ImageFolderLayout layout = ImageFolderLayout.Find(tree)
            ?? throw new InputException(tree.Root, ImageFolderLayout.Missing(tree));
        return ImageFolderContent.Read(tree, layout, layout.Tests.FirstOrDefault(t => ImageFolderLayout.NameOf(t) == "val"),
            choice.File("classes"), choice.File("labels"));
    }
}
