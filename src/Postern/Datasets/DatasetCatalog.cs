using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>The datasets that a study can name. A new dataset is one file and one line here.</summary>
public static class DatasetCatalog
{
    /// <summary>All datasets, in the order of listings and of asking whose layout a path shows.</summary>
    public static Catalog<IDatasetEntry> All { get; } =
        new("dataset",
            [new Cifar10(), new Cifar100(), new Gtsrb(), new ParquetSet(), new ImageFolder(), new ImageNet(), new Signs()]);

    /// <summary>Opens what a study chose.</summary>
    /// <exception cref="InputException">A missing, odd or damaged file; the message names it.</exception>
    public static Dataset Open(Choice choice)
    {
        Dataset dataset = choice.EntryAs<IDatasetEntry>().Open(choice);
        // Image folders have told of it already.
        return choice.Values.GetValueOrDefault("path") is { Length: > 0 } path && PoisonedExport.At(path) is PoisonedExport export
            && !dataset.Notes.Contains(export.Note) ? dataset with { Notes = [export.Note, .. dataset.Notes] } : dataset;
    }

    /// <summary>How large the dataset is that a study chose, as published; no picture is opened.</summary>
    public static DatasetScale ScaleOf(Choice choice) => choice.EntryAs<IDatasetEntry>().ScaleOf(choice);

    /// <summary>How many pictures of it there are, for a forecast; no picture is opened.</summary>
    /// <exception cref="InputException">A folder or file that cannot be read.</exception>
    public static DatasetScale Counted(Choice choice) => choice.EntryAs<IDatasetEntry>().Counted(choice);

    /// <summary>The dataset whose layout <paramref name="path"/> shows, or null.</summary>
    public static IDatasetEntry? Recognise(string path) => All.FirstOrDefault(e => e.Recognises(path));

    /// <summary>
    /// What a study writes to name the dataset at a path, whichever it is; the only archive of a folder that holds no other set
    /// is taken for the folder, and the name of a drawn dataset (<c>signs</c>) serves as its path.
    /// </summary>
    /// <exception cref="InputException">Nothing there, or no known layout.</exception>
    public static Choice ChoiceAt(string path)
    {
        if (!Path.Exists(path) && All.Find(path) is IDatasetEntry drawn && drawn.Options.All(o => o.Name != "path"))
            return new Choice(drawn);
        if (!Path.Exists(path)) throw new InputException(path, "there is no such file or folder");
        if (ChoiceIn(path) is Choice choice) return choice;
        // As it was downloaded: an archive that nobody has unpacked, maybe with a note beside it.
        if (Archives(path) is [string archive] && ChoiceIn(archive) is Choice unpacked) return unpacked;
        throw new InputException(path,
            "no dataset is recognised here; expected CIFAR-10 or CIFAR-100 (data_batch_1.bin, data_batch_1, train.bin ...), "
            + "GTSRB (its zips, Final_Training/Images, Training or Train), parquet files called train and test, or an image "
            + "folder or archive with train/ and val/ or test/, a folder a class in each, or with class folders alone");
    }

    private static Choice? ChoiceIn(string path) =>
        Recognise(path) is IDatasetEntry entry ? new Choice(entry, entry.OptionsAt(path), path) : null;

    private static string[] Archives(string path)
    {
        try
        {
            return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Where(FileTrees.IsArchive).Order().Take(2)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Opens the dataset at a path, as <see cref="ChoiceAt"/> names it.</summary>
    /// <exception cref="InputException">Nothing there, no known layout, or an odd or damaged file.</exception>
    public static Dataset OpenPath(string path) => Open(ChoiceAt(path));
}
