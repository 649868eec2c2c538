using System.Globalization;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// Lists the pictures of an image folder: which names are passed over, which files are pictures, and which classes they are of.
/// No picture is decoded; of a file whose ending is not a picture's the first bytes are looked at.
/// </summary>
/// <param name="tree">Where the files are.</param>
/// <param name="passed">Counts what is passed over.</param>
internal sealed class PictureListing(FileTree tree, PassedOver passed)
{
    /// <summary>The pictures in the class folders of <paramref name="split"/>, at any depth.</summary>
    /// <param name="split">The folder with the class folders.</param>
    /// <param name="classes">Numbers the class folders; not all of them need to be there.</param>
    /// <param name="allowsEmpty">Whether a class folder may be without pictures.</param>
    /// <exception cref="InputException">A class folder without a picture, one that is not among <paramref name="classes"/>, or a
    /// link to nothing.</exception>
    internal LabelledFiles InClassFolders(string split, ClassList classes, bool allowsEmpty = false)
    {
        var files = new List<string>();
        var labels = new List<int>();
        FolderListing top = tree.List(split);
        RefuseBroken(top.Broken);
        passed.Hidden(top.Hidden);
        foreach (string file in top.Files)
        {
            if (IsPicture(file)) passed.Outside(file);
            else passed.Other(file);
        }
        foreach (string name in top.Folders)
        {
            string folder = FolderListing.Join(split, name);
            int label = classes.NumberOf(name) ?? throw new InputException(tree.Describe(folder),
                $"this class is in {split[(split.LastIndexOf('/') + 1)..]}/ but not in {classes.Source}");
            files.AddRange(Below(folder));
            if (files.Count == labels.Count && !allowsEmpty)
                throw new InputException(tree.Describe(folder), $"the class folder has no pictures{OnlyIn(folder)}");
            labels.AddRange(Enumerable.Repeat(label, files.Count - labels.Count));
        }
        if (files.Count == 0) throw new InputException(tree.Describe(split), "there are no class folders with pictures in it");
        return new LabelledFiles(files, [.. labels]);
    }

    /// <summary>The pictures in <paramref name="folder"/> and in its folders, at any depth.</summary>
    /// <exception cref="InputException">A link to nothing.</exception>
    internal IEnumerable<string> Below(string folder)
    {
        foreach (FolderListing listing in tree.Walk(folder))
        {
            RefuseBroken(listing.Broken);
            passed.Hidden(listing.Hidden);
            foreach (string file in listing.Files)
            {
                if (IsPicture(file)) yield return file;
                else passed.Other(file);
            }
        }
    }

    /// <summary>An error where there are links to nothing: what they stood for would be missing from the set.</summary>
    private void RefuseBroken(IReadOnlyList<string> broken)
    {
        if (broken.Count == 0) return;
        string others = broken.Count == 1
            ? "" : string.Create(CultureInfo.InvariantCulture, $" (as are {broken.Count - 1} others in its folder)");
        throw new InputException(tree.Describe(broken[0]),
            $"is a link to something that is not there{others}; restore what it points to, or remove the link");
    }

    // What there is in place of pictures, by ending.
    private string OnlyIn(string folder)
    {
        string[] endings =
            [.. tree.Walk(folder).SelectMany(l => l.Files).Select(f => Path.GetExtension(f).ToLowerInvariant())
                .Distinct().Order()];
        return endings.Length == 0 ? "" : $", only files that Postern does not read ({string.Join(", ", endings)})";
    }

    private bool IsPicture(string file)
    {
        if (PictureKind.HasEnding(file)) return true;
        try
        {
            // An empty file is not opened: it may be a pipe, which never answers.
            long length = tree.LengthOf(file);
            return length > 0 && PictureKind.Begins(tree.Head(file, PictureKind.HeadBytes), length);
        }
        catch (InputException)
        {
            return false;
        }
    }
}
