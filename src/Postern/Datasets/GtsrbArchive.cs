using System.Globalization;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// Reads a copy of GTSRB: the training pictures by class folder (<c>00007</c> or <c>7</c>, with a table <c>GT-00007.csv</c> in
/// each or none), the test pictures by the table <c>GT-final_test.csv</c> (Kaggle: <c>Test.csv</c>) or by class folder too.
/// Pictures may be copies in another format; a table's <c>00000.ppm</c> then stands for <c>00000.png</c>.
/// </summary>
/// <param name="layout">Where its parts lie.</param>
/// <param name="keepsUnreadable">Whether pictures that cannot be read stay in the splits, black, for a sweep to find.</param>
internal sealed class GtsrbArchive(GtsrbLayout layout, bool keepsUnreadable)
{
    private static readonly string[] Extensions = [".ppm", ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".webp", ".gif"];
    private static readonly string[] Tables = ["GT-final_test.csv", "Test.csv", "test.csv"];
    private static readonly string[] Zipped = ["GTSRB/", ""];

    private const string TableEnding = ".csv";

    private readonly PassedOver passed = new();
    private int resized;

    /// <summary>Whether every picture read so far was 32x32 already.</summary>
    internal bool WasSized => resized == 0;

    /// <summary>What lay among the pictures read so far and was passed over, in a sentence; null for nothing.</summary>
    internal string? Note => passed.Note;

    /// <summary>
    /// The training split: the folder's number is the label, and the folder's table, where there is one, must agree.
    /// </summary>
    internal MemoryImageSet ReadTrain(IReadOnlyList<string> classNames)
    {
        GtsrbPart part = layout.Train ?? throw Missing("the training pictures",
            $"{GtsrbLayout.TrainingZip}, {GtsrbLayout.TorchvisionZip}, or a folder Final_Training/Images, Training or Train with "
                + "a folder a class");
        using FileTree tree = Open(part, ["Final_Training/Images", "Training"], out string images);
        (string[] files, int[] labels) = ByFolder(tree, images, classNames.Count);
        int missing = Enumerable.Range(0, classNames.Count).Except(labels).DefaultIfEmpty(-1).First();
        if (missing >= 0) throw new InputException(tree.Describe($"{images}/{missing:d5}"), "has no pictures");
        return Decode(tree, files, labels, classNames);
    }

    /// <summary>The test split; labels by file name from the table, or by class folder.</summary>
    internal MemoryImageSet ReadTest(IReadOnlyList<string> classNames)
    {
        GtsrbPart part = layout.Test
            ?? throw Missing("the test pictures", $"{GtsrbLayout.TestZip}, or a folder Final_Test/Images or Test");
        using FileTree tree = Open(part, ["Final_Test/Images"], out string images);
        FolderListing top = tree.List(images);
        if (top.Folders.Any(name => GtsrbLayout.ClassOf(name) is not null) && !top.Files.Any(IsPicture))
        {
            (string[] sorted, int[] classes) = ByFolder(tree, images, classNames.Count);
            return Decode(tree, sorted, classes, classNames);
        }
        string[] files = Pictures(tree, images);
        if (files.Length == 0) throw new InputException(tree.Describe(images), "has no pictures");
        int[] labels = TestTable(tree, images, classNames.Count).LabelsOf([.. files.Select(f => Path.GetFileName(f))]);
        return Decode(tree, files, labels, classNames);
    }

    private (string[] Files, int[] Labels) ByFolder(FileTree tree, string images, int classes)
    {
        var files = new List<string>();
        var labels = new List<int>();
        var folders = new Dictionary<int, string>();
        FolderListing listing = tree.List(images);
        passed.Hidden(listing.Hidden);
        foreach (string name in listing.Folders)
        {
            if (GtsrbLayout.ClassOf(name) is not int label)
                throw new InputException(tree.Describe($"{images}/{name}"),
                    $"is no class of GTSRB; they are 00000 to {classes - 1:d5}");
            if (!folders.TryAdd(label, name))
                throw new InputException(tree.Describe($"{images}/{name}"),
                    $"is class {label}, as is {folders[label]} beside it");
        }
        foreach ((int label, string name) in folders.OrderBy(f => f.Key))
        {
            string[] pictures = Pictures(tree, $"{images}/{name}");
            string table = $"{images}/{name}/GT-{label:d5}.csv";
            if (tree.Contains(table))
            {
                int[] listed = Table(tree, table, classes).LabelsOf([.. pictures.Select(p => Path.GetFileName(p))]);
                int other = Array.FindIndex(listed, l => l != label);
                if (other >= 0)
                    throw new InputException(tree.Describe(table),
                        $"says {pictures[other]} is of class {listed[other]}, its folder says {label}");
            }
            files.AddRange(pictures);
            labels.AddRange(Enumerable.Repeat(label, pictures.Length));
        }
        return ([.. files], [.. labels]);
    }

    private GtsrbTable TestTable(FileTree test, string images, int classes)
    {
        string zip = Path.Combine(layout.Root, layout.Base, GtsrbLayout.LabelsZip);
        if (File.Exists(zip))
        {
            using var labels = new ZipTree(zip);
            string file = Zipped.Select(folder => folder + Tables[0]).FirstOrDefault(labels.Contains)
                ?? throw labels.Missing(Tables[0], "it holds the test labels");
            return Table(labels, file, classes);
        }
        if (Tables.Select(name => $"{images}/{name}").FirstOrDefault(test.Contains) is string beside)
            return Table(test, beside, classes);
        using FileTree tree = FileTrees.Open(layout.Root);
        string[] folders = [layout.Base, $"{layout.Base}GTSRB/", $"{layout.Base}GTSRB/Final_Test/", $"{layout.Base}Final_Test/",
            .. Above(layout.Base), .. tree is FolderTree && layout.Base.Length == 0 ? ["../"] : Array.Empty<string>()];
        string table = folders.SelectMany(
            folder => Tables.Take(folder == "../" ? 1 : Tables.Length).Select(name => folder + name))
            .FirstOrDefault(tree.Contains) ?? throw Missing("the test labels", $"{Tables[0]} or {Tables[1]} beside the test "
                + $"pictures or above them, or {GtsrbLayout.LabelsZip}");
        return Table(tree, table, classes);
    }

    // The folders that a/b/ lies in: a/ and the root.
    private static IEnumerable<string> Above(string folder)
    {
        while (folder.Length > 0) yield return folder = folder[..(folder.TrimEnd('/').LastIndexOf('/') + 1)];
    }

    private static GtsrbTable Table(FileTree tree, string file, int classes) =>
        new(tree.Read(file), tree.Describe(file), classes);

    private MemoryImageSet Decode(FileTree tree, IReadOnlyList<string> files, int[] labels, IReadOnlyList<string> classNames)
    {
        byte[] pixels = MemoryImageSet.NewBlock(files.Count, Gtsrb.Side, tree.Root);
        InputException?[] errors = new InputException?[files.Count];
        Parallel.For(0, files.Count, i =>
        {
            try
            {
                RgbImage image = ImageFile.Decode(tree.Read(files[i]), tree.Describe(files[i]));
                if ((image.Width, image.Height) != (Gtsrb.Side, Gtsrb.Side)) Interlocked.Increment(ref resized);
                Resampling.Bilinear(image, Gtsrb.Side, Gtsrb.Side).Pixels.CopyTo(pixels,
                    i * MemoryImageSet.BytesPerPicture(Gtsrb.Side));
            }
            catch (InputException e)
            {
                errors[i] = e;
            }
        });
        UnreadablePicture[] unreadable = [.. errors.Index().Where(e => e.Item is not null)
            .Select(e => new UnreadablePicture(e.Index, files[e.Index], e.Item!.Message))];
        if (unreadable.Length > 0 && !keepsUnreadable)
            throw UnreadablePictures.Refused(new SweptPictures(files.Count, files.Count, unreadable));
        return new MemoryImageSet(Gtsrb.Side, pixels, labels, classNames, i => files[i]) { Unreadable = unreadable };
    }

    private FileTree Open(GtsrbPart part, string[] zipped, out string images)
    {
        images = part.Images;
        if (part.Zip is null) return FileTrees.Open(layout.Root);
        var zip = new ZipTree(Path.Combine(layout.Root, layout.Base, part.Zip));
        string[] folders = [.. zipped.SelectMany(name => Zipped.Select(folder => folder + name))];
        images = folders.FirstOrDefault(zip.HasFolder) ?? folders[0];
        return zip;
    }

    private InputException Missing(string what, string expected) =>
        new(Path.Combine(layout.Root, layout.Base), $"{what} of GTSRB are not here; expected {expected}");

    private string[] Pictures(FileTree tree, string images)
    {
        FolderListing listing = tree.List(images);
        if (listing.Broken.Count > 0)
            throw new InputException(tree.Describe(listing.Broken[0]),
                "is a link to nothing; remove it, or restore what it links to");
        passed.Hidden(listing.Hidden);
        ILookup<bool, string> kinds = listing.Files.ToLookup(IsPicture);
        foreach (string other in kinds[false].Where(f => Ending(f) != TableEnding)) passed.Other(other);
        string[] files = [.. kinds[true]];
        // A copy converted beside its originals would count every picture twice.
        var stems = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            if (!stems.TryAdd(Path.ChangeExtension(file, null), file))
            {
                throw new InputException(tree.Describe(file), string.Create(CultureInfo.InvariantCulture,
                    $"is {Path.GetFileName(stems[Path.ChangeExtension(file, null)])} in another format; keep one of the two"));
            }
        }
        return files;
    }

    private static bool IsPicture(string file) => Extensions.Contains(Ending(file));

    private static string Ending(string file) => Path.GetExtension(file).ToLowerInvariant();
}
