using System.Globalization;
using Postern.Configuration;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// Class folders that nobody has split into training and test pictures: they are split here, by a seed and a share.
/// </summary>
internal static class ClassFoldersAlone
{
    private const int DeepestWrapper = 3, FewestClasses = 2;

    /// <summary>The share and the seed of the split.</summary>
    internal static IReadOnlyList<OptionInfo> Options { get; } =
    [
        new("test_share", OptionKind.Number, "0.2",
            "of class folders that lie in no splits: share of each class's pictures that are the test pictures")
        {
            Min = 0.01m,
            Max = 0.9m,
            Neutral = "0.2",
        },
        new("split_seed", OptionKind.Integer, "0", "decides which pictures these are; apart from the study's seeds")
        {
            Neutral = "0",
        },
    ];

    /// <summary>
    /// The folder of <paramref name="tree"/> in which every folder has pictures, at least two; null where there is none.
    /// </summary>
    internal static string? Find(FileTree tree)
    {
        string root = "";
        for (int depth = 0; depth <= DeepestWrapper; depth++)
        {
            FolderListing listing = tree.List(root);
            if (listing.Folders.Count >= FewestClasses)
                return listing.Folders.All(f => HasPictures(tree, FolderListing.Join(root, f))) ? root : null;
            if (listing.Folders is not [string only]) return null;
            root = FolderListing.Join(root, only);
        }
        return null;
    }

    /// <summary>Reads and splits them.</summary>
    /// <param name="tree">Where the files are.</param>
    /// <param name="root">The folder with the class folders.</param>
    /// <param name="choice">Has the share and the seed.</param>
    /// <exception cref="InputException">What is wrong with a folder or a list; the message names it.</exception>
    internal static ImageFolderContent Read(FileTree tree, string root, Choice choice)
    {
        var passed = new PassedOver();
        IReadOnlyList<string> folders = tree.Folders(root);
        ClassList classes = choice.File("classes") is string list
            ? ClassList.Read(list, folders) : ClassList.OfFolders(folders, "its class folders");
        LabelledFiles all = new PictureListing(tree, passed).InClassFolders(root, classes);
        (decimal share, long seed) = (choice.Number("test_share"), choice.Integer("split_seed"));
        int count = Math.Clamp((int)Math.Round(all.Labels.Length * share), 1, all.Labels.Length - 1);
        HashSet<int> test = [.. SubsetImageSet.Stratified(all.Labels, count, seed)];
        string note = string.Create(CultureInfo.InvariantCulture,
            $"no split is on disk: {count} of {all.Labels.Length} pictures, {share * 100:0.##}% of each class, are the test pictures, "
            + $"drawn with seed {seed} (test_share, split_seed)");
        string words = $"class folders{(tree is FolderTree ? "" : " in an archive")}{(root.Length > 0 ? $", in {root}/" : "")}, "
            + "split here";
        return new ImageFolderContent(Part(i => !test.Contains(i)), Part(test.Contains), classes, words,
            [note, .. classes.Notes, .. passed.Note is string other ? [other] : Array.Empty<string>()]);

        LabelledFiles Part(Predicate<int> isIn)
        {
            int[] chosen = [.. Enumerable.Range(0, all.Labels.Length).Where(i => isIn(i))];
            return new LabelledFiles([.. chosen.Select(i => all.Files[i])], [.. chosen.Select(i => all.Labels[i])]);
        }
    }

    private static bool HasPictures(FileTree tree, string folder) =>
        tree.Walk(folder).SelectMany(l => l.Files).Any(f => PictureKind.HasEnding(f));
}
