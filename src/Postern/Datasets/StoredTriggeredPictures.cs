using System.Globalization;
using System.Text;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// Triggered test pictures on disk, in class folders under their true classes or in a parquet file with their true labels:
/// <c>val_triggered/</c> or <c>test_triggered-00000-of-00001.parquet</c> of an export of <c>postern poison</c>, the export
/// itself, or what another tool left.
/// </summary>
/// <param name="Pictures">The folder with the class folders, or the parquet file.</param>
/// <param name="Root">The folder of the export; that of <paramref name="Pictures"/> where it is none.</param>
/// <param name="Export">What the export says of itself; null where it is none.</param>
internal sealed record StoredTriggeredPictures(string Pictures, string Root, PoisonedExport? Export)
{
    private const string ExportedPart = "val_triggered", ExportedFiles = "*_triggered-*.parquet";

    /// <summary>What lies at <paramref name="path"/>, which is a folder or a file.</summary>
    internal static StoredTriggeredPictures At(string path)
    {
        string full = Path.GetFullPath(path);
        string? file = File.Exists(full) ? full : Directory.EnumerateFiles(full, ExportedFiles).Order().FirstOrDefault();
        if (file is not null)
        {
            string folder = Path.GetDirectoryName(file)!;
            return new StoredTriggeredPictures(file, folder, PoisonedExport.At(folder));
        }
        string part = Path.Combine(full, ExportedPart);
        if (Directory.Exists(part)) return new StoredTriggeredPictures(part, full, PoisonedExport.At(full));
        string above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(full)) ?? full;
        return PoisonedExport.At(above) is PoisonedExport export
            ? new StoredTriggeredPictures(full, above, export) : new StoredTriggeredPictures(full, full, null);
    }

    /// <summary>The pictures, at the stored size of <paramref name="dataset"/> and with its classes.</summary>
    /// <exception cref="InputException">A class that the dataset does not have, or no pictures.</exception>
    internal ImageSet Open(Dataset dataset) => File.Exists(Pictures) ? OfFile(dataset) : OfFolders(dataset);

    private MemoryImageSet OfFile(Dataset dataset)
    {
        var reader = new PictureParquet([], dataset.Test.ClassNames.Count, dataset.Test.Size, resizes: true);
        return PicturePart.Join(reader.Parts(PlainFile.ReadAllBytes(Pictures), Pictures), dataset.Test.ClassNames, Pictures);
    }

    private FolderImageSet OfFolders(Dataset dataset)
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
