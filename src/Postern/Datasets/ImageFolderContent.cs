using System.Text;

namespace Postern.Datasets;

/// <summary>What an image folder or an archive of one holds: files, classes and what is to be said about them.</summary>
/// <param name="Train">The training split.</param>
/// <param name="Test">The test split; the same as <paramref name="Train"/> where there is only one.</param>
/// <param name="Classes">The classes.</param>
/// <param name="Layout">How it lies there, in words.</param>
/// <param name="Notes">What may surprise, a sentence each.</param>
internal sealed record ImageFolderContent(
    LabelledFiles Train, LabelledFiles Test, ClassList Classes, string Layout, IReadOnlyList<string> Notes)
{
    /// <summary>Whether there is a training split of its own.</summary>
    internal bool HasTrain => !ReferenceEquals(Train, Test);

    /// <summary>Lists the pictures of <paramref name="tree"/>; decodes none.</summary>
    /// <param name="tree">Where the files are.</param>
    /// <param name="layout">Where its splits are.</param>
    /// <param name="test">The test split's folder; null for the first that has labels.</param>
    /// <param name="classFile">A list of classes; null to number the training split's folders.</param>
    /// <param name="labelFile">A list of labels for a test split without class folders; null to look for one.</param>
    /// <exception cref="InputException">There is no test split, or what is wrong with a folder or list; the message names
    /// it.</exception>
    internal static ImageFolderContent Read(
        FileTree tree, ImageFolderLayout layout, string? test = null, string? classFile = null, string? labelFile = null)
    {
        if (test is null && layout.Tests.Count == 0)
        {
            throw new InputException(tree.Describe(layout.Train!),
                "there is no test split beside it; put class folders into test/, val/ or valid/");
        }
        var passed = new PassedOver();
        var listing = new PictureListing(tree, passed);
        PoisonedExport? export = PoisonedExport.Find(tree, layout.Root);
        string first = layout.Train ?? test ?? layout.Tests[0];
        ClassList classes = ClassesOf(tree, layout.Root, first, classFile, export is not null);
        bool numbered = classFile is not null || export is not null;
        string chosen = test ?? layout.Tests.FirstOrDefault(t => tree.Folders(t).Any(f => classes.NumberOf(f) is not null))
            ?? layout.Tests[0];

        (LabelledFiles tested, string? list) = Labelled(tree, listing, chosen, classes, labelFile, export is not null);
        if (list is not null && labelFile is null) passed.Used(list);
        LabelledFiles trained = layout.Train is null ? tested
            : listing.InClassFolders(layout.Train, classes, allowsEmpty: export is not null);
        string words = $"image folder{(tree is FolderTree ? "" : " in an archive")}"
            + (layout.Root.Length > 0 ? $", in {layout.Root}/" : "")
            + (layout.Train is null ? $", only {ImageFolderLayout.NameOf(chosen)}/: it serves for training too"
                : IsPlain(layout, chosen) ? "" : $", {layout.Train}/ and {chosen}/")
            + (list is null ? "" : $", its labels from {list}");
        string[] notes =
        [
            .. export is null ? Array.Empty<string>() : [export.Note],
            .. classes.Notes, .. Unused(layout, chosen), .. numbered ? [] : Untested(trained, tested, classes),
            .. passed.Note is string note ? [note] : Array.Empty<string>(),
        ];
        return new ImageFolderContent(trained, tested, classes, words, notes);
    }

    private static ClassList ClassesOf(FileTree tree, string root, string split, string? classFile, bool exported)
    {
        IReadOnlyList<string> folders = tree.Folders(split);
        if (classFile is not null) return ClassList.Read(classFile, folders);
        string list = FolderListing.Join(root, PoisonedExport.Classes);
        return exported && tree.Contains(list)
            ? ClassList.Parse(Encoding.UTF8.GetString(tree.Read(list)).Split('\n').Select(l => l.TrimEnd('\r')),
                tree.Describe(list),
                folders)
            : ClassList.OfFolders(folders, $"{ImageFolderLayout.NameOf(split)}/");
    }

    // The test split, and the list that its labels are from where it has no class folders.
    private static (LabelledFiles Files, string? List) Labelled(
        FileTree tree, PictureListing listing, string split, ClassList classes, string? labelFile, bool allowsEmpty)
    {
        bool flat = labelFile is not null || !tree.Folders(split).Any(f => classes.NumberOf(f) is not null);
        if (!flat) return (listing.InClassFolders(split, classes, allowsEmpty), null);
        string[] pictures = [.. listing.Below(split)];
        if (labelFile is not null)
        {
            int[] labels = LabelList.Read(labelFile).LabelsOf(pictures, classes);
            return (new LabelledFiles(pictures, labels), Path.GetFileName(labelFile));
        }
        if (pictures.Length > 0 && LabelList.Find(tree, split, pictures) is (LabelList list, string file))
            return (new LabelledFiles(pictures, list.LabelsOf(pictures, classes)), file);
        // Several folders are classes, and the one that is not known is named; a single one may only hold the pictures.
        if (pictures.Length > 0 && tree.Folders(split).Count > 1)
            return (listing.InClassFolders(split, classes, allowsEmpty), null);
        throw new InputException(tree.Describe(split), pictures.Length == 0
            ? "there are no class folders with pictures in it"
            : $"its pictures lie in no class folders of {classes.Source}, and no text file beside them names them with their "
                + "classes; name one with 'labels', or move the pictures into class folders");
    }

    private static bool IsPlain(ImageFolderLayout layout, string test) =>
        ImageFolderLayout.NameOf(layout.Train!) == "train" && ImageFolderLayout.NameOf(test) == "val";

    private static IEnumerable<string> Unused(ImageFolderLayout layout, string test) => layout.Tests.Where(t => t != test)
        .Select(t => $"{t}/ is not used: the test split is {test}/");

    private static IEnumerable<string> Untested(LabelledFiles train, LabelledFiles test, ClassList classes)
    {
        int[] missing = [.. train.Labels.Distinct().Except(test.Labels).Order()];
        if (missing.Length == 0) yield break;
        yield return $"{missing.Length} of {classes.Names.Count} classes have no test pictures, such as "
            + classes.Names[missing[0]];
    }
}
