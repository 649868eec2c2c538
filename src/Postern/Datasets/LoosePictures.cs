using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// Pictures without classes, to be looked at: one file, or those that lie directly in a folder. All of them are of one class that
/// is no attack's target, and nothing can be learned from them.
/// </summary>
public static class LoosePictures
{
    /// <summary>Name of such a dataset.</summary>
    public const string Name = "pictures";

    private const int LargestSide = 224;

    /// <summary>Opens what lies at <paramref name="path"/>: pictures to look at, else a dataset.</summary>
    /// <exception cref="InputException">There is neither.</exception>
    public static Dataset OpenOrDataset(string path)
    {
        if (File.Exists(path) && PictureKind.HasEnding(path)) return Open(path);
        bool isFlat = Directory.Exists(path) && Flat(path).Length > 0 && DatasetCatalog.Recognise(path) is null;
        return isFlat ? Open(path) : DatasetCatalog.OpenPath(path);
    }

    private static string[] Flat(string folder)
    {
        using var tree = new FolderTree(folder);
        return [.. tree.Files("").Where(f => PictureKind.HasEnding(f))];
    }

    private static Dataset Open(string path)
    {
        string full = Path.GetFullPath(path);
        bool isOne = File.Exists(full);
        string[] files = isOne ? [Path.GetFileName(full)] : Flat(full);
        var tree = new FolderTree(isOne ? Path.GetDirectoryName(full)! : full);
        PictureSample sample = PictureSample.Of(tree, files);
        if (sample.Count == 0) throw new InputException(path, "none of the pictures here can be decoded");
        int size = sample.IsSmall ? sample.Side : LargestSide;
        var pictures = new FolderImageSet(tree, new LabelledFiles(files, [.. Enumerable.Repeat(1, files.Length)]),
            ["target", "picture"], new SquareFit(size, KeepsAspect: true));
        PixelConstants pixels = PixelConstants.ImageNet;
        return new Dataset(Name, pictures, pictures, size, pixels.Mean, pixels.Std, TargetClass: 0, "crop",
            isOne ? "one picture" : "pictures in a folder");
    }
}
