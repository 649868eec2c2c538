namespace Postern.Datasets;

/// <summary>What the two sets of CIFAR, and the two labellings of the larger, call their files and the things in them.</summary>
/// <param name="Title">The set's name.</param>
/// <param name="ClassNames">Names of the classes, by number.</param>
internal sealed record CifarSet(string Title, IReadOnlyList<string> ClassNames)
{
    /// <summary>Side of the pictures.</summary>
    internal const int Side = 32;

    /// <summary>Bytes of one picture.</summary>
    internal const int PictureBytes = 3 * Side * Side;

    private static readonly string[] TenNames =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private static readonly string[] FineNames =
    [
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
        "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
        "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest",
        "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster",
        "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter",
        "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit",
        "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake",
        "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger",
        "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
    ];

    private static readonly string[] CoarseNames =
    [
        "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables", "household_electrical_devices",
        "household_furniture", "insects", "large_carnivores", "large_man-made_outdoor_things",
        "large_natural_outdoor_scenes", "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates",
        "people", "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
    ];

    /// <summary>CIFAR-10.</summary>
    internal static CifarSet Ten { get; } = new("CIFAR-10", TenNames)
    {
        TrainParts = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"],
        TestPart = "test_batch",
        Folders = ["cifar-10-batches-bin/", "cifar-10-batches-py/"],
        NamesText = "batches.meta.txt",
        Meta = "batches.meta",
        NamesKey = "label_names",
        Labels = ["labels"],
        Columns = ["label"],
        ParquetFolders = ["", "plain_text/", "cifar10/plain_text/", "data/"],
        LabelBytes = 1,
        Archives = "cifar-10",
    };

    /// <summary>CIFAR-100 by its hundred classes.</summary>
    internal static CifarSet Fine { get; } = new("CIFAR-100", FineNames)
    {
        TrainParts = ["train"],
        TestPart = "test",
        Folders = ["cifar-100-binary/", "cifar-100-python/"],
        NamesText = "fine_label_names.txt",
        Meta = "meta",
        NamesKey = "fine_label_names",
        Labels = ["fine_labels"],
        Columns = ["fine_label"],
        ParquetFolders = ["", "cifar100/", "data/"],
        LabelBytes = 2,
        LabelByte = 1,
        Archives = "cifar-100",
    };

    /// <summary>CIFAR-100 by its twenty superclasses.</summary>
    internal static CifarSet Coarse { get; } = Fine with
    {
        ClassNames = CoarseNames,
        NamesText = "coarse_label_names.txt",
        NamesKey = "coarse_label_names",
        Labels = ["coarse_labels"],
        Columns = ["coarse_label"],
        LabelByte = 0,
    };

    /// <summary>Names of the training files in the binary and python layouts; the former end in <c>.bin</c>.</summary>
    internal required IReadOnlyList<string> TrainParts { get; init; }

    /// <summary>Name of the test file.</summary>
    internal required string TestPart { get; init; }

    /// <summary>Folders of the published archives.</summary>
    internal required IReadOnlyList<string> Folders { get; init; }

    /// <summary>Text file of the classes' names in the binary layout.</summary>
    internal required string NamesText { get; init; }

    /// <summary>Pickle of the classes' names in the python layout.</summary>
    internal required string Meta { get; init; }

    /// <summary>Their key there.</summary>
    internal required string NamesKey { get; init; }

    /// <summary>Key of the labels in a python batch.</summary>
    internal required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Column of the labels in parquet files.</summary>
    internal required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Folders of the parquet files.</summary>
    internal required IReadOnlyList<string> ParquetFolders { get; init; }

    /// <summary>Label bytes before the pixels of a binary record.</summary>
    internal required int LabelBytes { get; init; }

    /// <summary>Which of them counts.</summary>
    internal int LabelByte { get; init; }

    /// <summary>How the names of the published archives begin.</summary>
    internal required string Archives { get; init; }

    /// <summary>The folder in <paramref name="tree"/> with the files of a layout, or null.</summary>
    /// <param name="tree">Where to look.</param>
    /// <param name="ending">Of the layout's file names.</param>
    internal string? FolderOf(FileTree tree, string ending) => Folders.Prepend("").FirstOrDefault(folder =>
        tree.Contains(folder + TrainParts[0] + ending)
        // Two files of such plain names make CIFAR-100; one may be anything.
        && (TrainParts.Count > 1 || tree.Contains(folder + TestPart + ending)));

    /// <summary>The files of a layout in words.</summary>
    internal string FilesIn(string ending) =>
        $"{TrainParts[0]}{ending}{(TrainParts.Count > 1 ? $" to {TrainParts[^1]}{ending}" : "")} and {TestPart}{ending}";
}
