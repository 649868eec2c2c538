using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>The datasets that a study can name. A new dataset is one file and one line here.</summary>
public static class DatasetCatalog
{
    /// <summary>All datasets, in the order of listings.</summary>
    public static Catalog<IDatasetEntry> All { get; } = new("dataset", [new Cifar10(), new Gtsrb(), new ImageNet(), new Signs()]);

    /// <summary>Opens what a study chose.</summary>
    /// <exception cref="InputException">A missing, odd or damaged file; the message names it.</exception>
    public static Dataset Open(Choice choice) => choice.EntryAs<IDatasetEntry>().Open(choice);

    /// <summary>How large the dataset is that a study chose, as published; nothing is opened.</summary>
    public static DatasetScale ScaleOf(Choice choice) => choice.EntryAs<IDatasetEntry>().ScaleOf(choice);

    /// <summary>The dataset whose layout <paramref name="path"/> shows, or null.</summary>
    public static IDatasetEntry? Recognise(string path) => All.FirstOrDefault(e => e.Recognises(path));

    /// <summary>
    /// Opens the dataset at a path, whichever it is; the name of a drawn dataset (<c>signs</c>) serves as its path.
    /// </summary>
    /// <exception cref="InputException">Nothing there, no known layout, or an odd or damaged file.</exception>
    public static Dataset OpenPath(string path)
    {
        if (!Path.Exists(path) && All.Find(path) is IDatasetEntry drawn && drawn.Options.All(o => o.Name != "path"))
            return drawn.Open(new Choice(drawn));
        if (!Path.Exists(path)) throw new InputException(path, "there is no such file or folder");
        if (All.FirstOrDefault(e => e.Recognises(path)) is not IDatasetEntry entry)
        {
            throw new InputException(path,
                "no dataset is recognised here; expected CIFAR-10 (data_batch_1.bin, data_batch_1 or .parquet files), "
                + "GTSRB (GTSRB_Final_Training_Images.zip or Final_Training/Images), or an image folder or zip with "
                + "train/ and val/");
        }
        return entry.Open(new Choice(entry, new Dictionary<string, string> { ["path"] = path }, path));
    }
}
