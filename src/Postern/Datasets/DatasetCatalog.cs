using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>The datasets that a study can name. A new dataset is one file and one line here.</summary>
public static class DatasetCatalog
{
    private static readonly IDatasetEntry[] Entries = [new Cifar10(), new Gtsrb(), new ImageNet(), new Signs()];

    /// <summary>All datasets, in the order of listings.</summary>
    public static IReadOnlyList<ICatalogEntry> All => Entries;

    /// <summary>Opens what a study chose.</summary>
    /// <exception cref="InputException">An unknown name, or a missing, odd or damaged file; the message names it.</exception>
    public static Dataset Open(Choice choice) =>
        (Entries.FirstOrDefault(e => e.Name == choice.Name)
            ?? throw choice.Error($"there is no dataset '{choice.Name}'{NearestName.Hint(choice.Name, Entries.Select(e => e.Name))}"))
        .Open(choice);

    /// <summary>How large the dataset is that a study chose, as published; nothing is opened.</summary>
    public static DatasetScale ScaleOf(Choice choice) => Entries.First(e => e.Name == choice.Name).ScaleOf(choice);

    /// <summary>The dataset whose layout <paramref name="path"/> shows, or null.</summary>
    public static ICatalogEntry? Recognise(string path) => Entries.FirstOrDefault(e => e.Recognises(path));

    /// <summary>Opens the dataset at a path, whichever it is; the name of a drawn dataset (<c>signs</c>) serves as its path.</summary>
    /// <exception cref="InputException">Nothing there, no known layout, or an odd or damaged file.</exception>
    public static Dataset OpenPath(string path)
    {
        if (!Path.Exists(path) && Entries.FirstOrDefault(e => e.Name == path && e.Options.All(o => o.Name != "path")) is IDatasetEntry drawn)
            return drawn.Open(new Choice(drawn));
        if (!Path.Exists(path)) throw new InputException(path, "there is no such file or folder");
        if (Entries.FirstOrDefault(e => e.Recognises(path)) is not IDatasetEntry entry)
        {
            throw new InputException(path, "no dataset is recognised here; expected CIFAR-10 (data_batch_1.bin, data_batch_1 or .parquet files), "
                + "GTSRB (GTSRB_Final_Training_Images.zip or Final_Training/Images), or an image folder or zip with train/ and val/");
        }
        return entry.Open(new Choice(entry, new Dictionary<string, string> { ["path"] = path }, path));
    }
}
