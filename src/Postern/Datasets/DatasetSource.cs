namespace Postern.Datasets;

/// <summary>Where a dataset's authors publish it, as archives that are read where they lie.</summary>
/// <param name="Name">As studies name it.</param>
/// <param name="Official">The folder of the files.</param>
/// <param name="Files">Their names and checksums.</param>
public sealed record DatasetSource(string Name, Uri Official, IReadOnlyList<SourceFile> Files)
{
    /// <summary>Those that can be fetched.</summary>
    public static IReadOnlyList<DatasetSource> All { get; } =
    [
        // The page gives an MD5 for each archive; this is the SHA-256 of the file that has it.
        new("cifar10", new Uri("https://www.cs.toronto.edu/~kriz/"),
        [
            new("cifar-10-binary.tar.gz", "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
        ]),
        // The authors publish no checksums; these are the MD5 that torchvision and others check their copies by.
        new("gtsrb", new Uri("https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"),
        [
            new(GtsrbLayout.TrainingZip, "f33fd80ac59bff73c82d25ab499e03a3"),
            new(GtsrbLayout.TestZip, "c7e4e6327067d32654124b0fe9e82185"),
            new(GtsrbLayout.LabelsZip, "fe31e9c9270bbcd7b84b7f21a9d9d9e5"),
        ]),
    ];

    /// <summary>The source of a dataset.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="InputException">It cannot be fetched; the message says how it is had.</exception>
    public static DatasetSource Of(
        string name) => All.FirstOrDefault(s => s.Name == name) ?? throw new InputException(name, name switch
        {
            "imagenet" => "is not fetched: its authors give it to those who register at image-net.org; take ILSVRC2012_img_train.tar "
                + "and ILSVRC2012_img_val.tar there, or Kaggle's imagenet-object-localization-challenge.zip, and name the folder in "
                + "the study (docs/datasets.md says what it should look like)",
            "signs" => "is drawn by Postern; there is nothing to fetch",
            _ => $"there is nothing to fetch under this name; it is one of {string.Join(", ", All.Select(s => s.Name))}; "
                + "docs/datasets.md says where the others come from",
        });

    /// <summary>Where a file is.</summary>
    /// <param name="file">One of <see cref="Files"/>.</param>
    /// <param name="mirror">The folder of a mirror; null for the official one.</param>
    /// <exception cref="InputException">The mirror is no address of a folder on the web.</exception>
    public Uri AddressOf(SourceFile file, string? mirror) => new(mirror is null ? Official : FolderAt(mirror), file.Name);

    private static Uri FolderAt(string mirror) =>
        Uri.TryCreate(mirror.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address is { Query: "", Fragment: "", UserInfo: "" }
            ? address
            : throw new InputException("--mirror",
                $"{mirror} is no address of a folder, such as https://mirror.example/datasets/");
}

/// <summary>A published file.</summary>
/// <param name="Name">Its name there, which it keeps here.</param>
/// <param name="Checksum">As <see cref="Download"/> checks it.</param>
public sealed record SourceFile(string Name, string Checksum);
