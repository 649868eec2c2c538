using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>Where an image folder has its splits: <c>train/</c> beside <c>val/</c> or <c>test/</c>, under their usual names,
/// maybe one folder down.</summary>
/// <param name="Root">The folder with the splits, as a name from the tree's root; <c>""</c> for the root.</param>
/// <param name="Train">The training split's folder; null where there is none.</param>
/// <param name="Tests">The folders that may be the test split, in the order in which they are preferred.</param>
internal sealed record ImageFolderLayout(string Root, string? Train, IReadOnlyList<string> Tests)
{
    // Archives and downloads wrap a set in a folder of its own, some in two.
    private const int DeepestWrapper = 3;

    // More folders beside each other are classes, or something else.
    private const int MostWrappers = 20;

    private static readonly string[] TrainNames = ["train", "training", "train_set", "training_set", "trainset"];

    private static readonly string[] TestNames =
    [
        "test", "testing", "test_set", "testset", "val", "valid", "validation", "val_set", "validation_set", "eval",
    ];

    /// <summary>The layout of <paramref name="tree"/>; null where there are no splits.</summary>
    /// <exception cref="InputException">A split is a link to nothing, a folder cannot be read, or there are several
    /// sets.</exception>
    internal static ImageFolderLayout? Find(FileTree tree)
    {
        string[] roots = [""];
        for (int depth = 0; depth <= DeepestWrapper && roots.Length > 0; depth++)
        {
            ImageFolderLayout[] found = [.. roots.Select(r => At(tree, tree.List(r))).OfType<ImageFolderLayout>()];
            // A set's annotations often lie as its pictures do.
            if (found.Length > 1) found = [.. found.Where(f => PictureSample.Of(tree, f.Train ?? f.Tests[0]).Count > 0)];
            if (found.Length > 1)
            {
                throw new InputException(tree.Root,
                    $"there are several sets in it, in {found[0].Root}/ and in {found[1].Root}/; name the folder of one");
            }
            if (found.Length == 1) return found[0];
            roots = [.. roots.SelectMany(r => tree.Folders(r).Take(MostWrappers).Select(f => FolderListing.Join(r, f)))];
            if (roots.Length > MostWrappers) return null;
        }
        return null;
    }

    /// <summary>The last part of a folder's name.</summary>
    internal static string NameOf(string folder) => folder[(folder.LastIndexOf('/') + 1)..];

    /// <summary>What is wrong with a tree that has no such layout, for an error.</summary>
    internal static string Missing(FileTree tree)
    {
        IReadOnlyList<string> folders = tree.Folders("");
        return folders.Count > 1 && folders.Take(2).All(f => tree.Files(f).Any(p => PictureKind.HasEnding(p)))
            ? "class folders lie directly in it, without splits; the dataset 'folder' with its 'size' splits them, or put them into "
                + "train/ and test/ (or val/)"
            : "there is no folder val/ in it; an image folder has train/ and val/ (or test/) with a folder a class in each";
    }

    private static ImageFolderLayout? At(FileTree tree, FolderListing listing)
    {
        string? broken = listing.Broken.FirstOrDefault(b => Rank(NameOf(b), [.. TrainNames, .. TestNames]) is not null);
        if (broken is not null)
            throw new InputException(tree.Describe(broken),
                "is a link to something that is not there; restore what it points to");
        string? train = Splits(tree, listing, TrainNames).FirstOrDefault();
        string[] tests = [.. Splits(tree, listing, TestNames)];
        return train is null && tests.Length == 0 ? null : new ImageFolderLayout(listing.Folder, train, tests);
    }

    private static IEnumerable<string> Splits(FileTree tree, FolderListing listing, string[] names) => listing.Folders
        .Where(f => Rank(f, names) is not null)
        .OrderBy(f => Rank(f, names)).ThenBy(f => f, StringComparer.Ordinal)
        .Select(f => Inner(tree, FolderListing.Join(listing.Folder, f)));

    private static int? Rank(string name, string[] names)
    {
        int rank = Array.FindIndex(names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        return rank < 0 ? null : rank;
    }

    // Kaggle's archives have a split in a folder of the same name.
    private static string Inner(FileTree tree, string split)
    {
        FolderListing inside = tree.List(split);
        return inside is { Folders: [string only], Files.Count: 0 } && only == NameOf(split) ? $"{split}/{only}" : split;
    }
}
