using Postern.Configuration;
using Postern.Datasets.Files;

namespace Postern.Datasets;

/// <summary>
/// <c>imagenet</c>: ImageNet-1K, or any set laid out like it: a folder or zip with <c>train/</c> and <c>val/</c>, a folder a class in
/// each, classes numbered by the order of their folders' names. Pictures are decoded when they are read, resized to 256x256 with the
/// aspect ignored, and cropped to 224 later. Constants of <c>attacks.md</c> 1.1.
/// </summary>
public sealed class ImageNet : IDatasetEntry
{
    /// <summary>Side of the pictures as they are stored for the pipeline.</summary>
    public const int StoredSide = 256;

    /// <summary>Side of the model's input.</summary>
    public const int InputSide = 224;

    /// <inheritdoc/>
    public string Name => "imagenet";

    /// <inheritdoc/>
    public string Summary => "ImageNet-1K or any image folder or zip with train/ and val/, at 224x224";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options => StoredOptions.All;

    /// <inheritdoc/>
    public bool Recognises(string path) =>
        Directory.Exists(path)
            ? Directory.Exists(Path.Combine(path, "train")) || Directory.Exists(Path.Combine(path, "val"))
            : File.Exists(path) && path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        string path = StoredOptions.PathOf(choice);
        FileTree tree = FileTree.Open(path);
        try
        {
            (FolderImageSet train, FolderImageSet test, string note) = Splits(tree);
            string layout = $"image folder{(tree is FolderTree ? "" : " in an archive")}{note}";
            return StoredOptions.Limit(choice, new Dataset(
                Name, train, test, InputSide, [.485f, .456f, .406f], [.229f, .224f, .225f], TargetClass: 0, "resized-crop", layout));
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static (FolderImageSet Train, FolderImageSet Test, string Note) Splits(FileTree tree)
    {
        IReadOnlyList<string> folders = tree.Folders("");
        if (!folders.Contains("val"))
            throw new InputException(tree.Root, "there is no folder val/ in it; an image folder has train/ and val/ with a folder a class in each");
        IReadOnlyList<string> classes = tree.Folders(folders.Contains("train") ? "train" : "val");
        var test = new FolderImageSet(tree, "val", classes, StoredSide);
        return folders.Contains("train")
            ? (new FolderImageSet(tree, "train", classes, StoredSide), test, "")
            : (test, test, ", only val/: it serves for training too");
    }
}
