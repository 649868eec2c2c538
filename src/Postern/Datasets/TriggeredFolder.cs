using System.Globalization;
using System.Text;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// A folder with triggered test pictures in class folders under their true classes: <c>val_triggered/</c> of an export of
/// <c>postern poison</c>, the export itself, or what another tool left.
/// </summary>
/// <param name="Pictures">The folder with the class folders.</param>
/// <param name="Root">The folder of the export; <paramref name="Pictures"/> where it is none.</param>
/// <param name="Export">What the export says of itself; null where it is none.</param>
internal sealed record TriggeredFolder(string Pictures, string Root, PoisonedExport? Export)
{
    private const string ExportedPart = "val_triggered";

    /// <summary>What lies at <paramref name="path"/>, which is a folder.</summary>
    internal static TriggeredFolder At(string path)
    {
        string full = Path.GetFullPath(path);
        string part = Path.Combine(full, ExportedPart);
        if (Directory.Exists(part)) return new TriggeredFolder(part, full, PoisonedExport.At(full));
        string above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(full)) ?? full;
        return PoisonedExport.At(above) is PoisonedExport export
            ? new TriggeredFolder(full, above, export) : new TriggeredFolder(full, full, null);
    }

    /// <summary>The pictures, at the stored size of <paramref name="dataset"/> and with its classes.</summary>
    /// <exception cref="InputException">A class folder that the dataset does not have, or no pictures.</exception>
    internal FolderImageSet Open(Dataset dataset)
    {
        var tree = new FolderTree(Pictures);
        var listing = new PictureListing(tree, new PassedOver());
        IReadOnlyList<string> folders = tree.Folders("");
        ClassList? listed = ListOf(folders);
        var files = new List<string>();
        var labels = new List<int>();
        foreach (string folder in folders)
        {
            // Other tools number the classes by the folders that there are, so an export has one for every class.
            string[] pictures = [.. listing.Below(folder)];
            if (pictures.Length == 0) continue;
            files.AddRange(pictures);
            labels.AddRange(Enumerable.Repeat(NumberOf(folder, listed, dataset.Test.ClassNames), pictures.Length));
        }
        if (files.Count == 0)
        {
            throw new InputException(Pictures, "there are no class folders with pictures in it; a triggered test picture lies in "
                + "the folder of its true class");
        }
        return new FolderImageSet(tree, new LabelledFiles(files, [.. labels]), dataset.Test.ClassNames,
            new SquareFit(dataset.Test.Size));
    }

    /// <summary>The class of a folder: by the export's list, else by the class's name or its number.</summary>
    private int NumberOf(string folder, ClassList? listed, IReadOnlyList<string> names)
    {
        int? number = listed is not null ? listed.NumberOf(folder)
            : Enumerable.Range(0, names.Count).Where(i => names[i].Normalize() == folder.Normalize()).Select(i => (int?)i)
                .FirstOrDefault()
            ?? (int.TryParse(folder, NumberStyles.None, CultureInfo.InvariantCulture, out int own) ? own : null);
        return number < names.Count ? number.Value : throw new InputException(Path.Combine(Pictures, folder),
            string.Create(CultureInfo.InvariantCulture,
                $"this is none of the dataset's {names.Count} classes, such as '{names[0]}'; "
                + $"call class folders by the classes' names or numbers"));
    }

    private ClassList? ListOf(IReadOnlyList<string> folders)
    {
        string list = Path.Combine(Root, PoisonedExport.Classes);
        return Export is not null && File.Exists(list)
            ? ClassList.Parse(File.ReadLines(list, Encoding.UTF8), list, folders) : null;
    }
}
