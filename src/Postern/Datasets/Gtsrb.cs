using System.Globalization;
using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// <c>gtsrb</c>: the German Traffic Sign Recognition Benchmark (Stallkamp et al. 2012), 43 classes, in any of the layouts of
/// <see cref="GtsrbLayout"/>; pictures of any size, resized to 32x32. Constants of <c>docs/reference/attacks.md 1.1</c>.
/// </summary>
/// <remarks>torchvision downloads the training set of the preliminary contest, which is smaller than the official one.</remarks>
public sealed class Gtsrb : IDatasetEntry
{
    /// <summary>Side of every picture after resizing.</summary>
    public const int Side = 32;

    private const int OfficialCount = 39_209, TorchvisionCount = 26_640;

    /// <summary>Names of the classes, by number.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
    [
        "limit 20", "limit 30", "limit 50", "limit 60", "limit 70", "limit 80", "end of limit 80", "limit 100",
        "limit 120", "no passing",
        "no passing for lorries", "right of way here", "priority road", "yield", "stop", "no vehicles", "no lorries", "no entry",
        "danger", "bend left", "bend right", "double bend", "bumpy road", "slippery road", "road narrows", "road works",
        "traffic lights", "pedestrians", "children", "bicycles", "ice or snow", "wild animals", "end of limits",
        "turn right", "turn left",
        "ahead only", "ahead or right", "ahead or left", "keep right", "keep left", "roundabout", "end of no passing",
        "end of no passing for lorries",
    ];

    /// <inheritdoc/>
    public string Name => "gtsrb";

    /// <inheritdoc/>
    public string Summary => "GTSRB: traffic signs at 32x32, 43 classes; official zips, torchvision, Kaggle, BackdoorBench";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options { get; } = [.. StoredOptions.All, UnreadablePictures.Option];

    /// <inheritdoc/>
    public PixelConstants Pixels { get; } = new([.3337f, .3064f, .3171f], [.2672f, .2564f, .2629f]);

    /// <inheritdoc/>
    int? IDatasetEntry.InputSide => Side;

    /// <inheritdoc/>
    public bool Recognises(string path) => GtsrbLayout.Find(path) is not null;

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) =>
        new DatasetScale(OfficialCount, 12_630, 32, ClassNames.Count) { ClassNames = ClassNames }.Limited(choice);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        string path = StoredOptions.PathOf(choice);
        GtsrbLayout found = GtsrbLayout.Find(path) ?? throw new InputException(path,
            "GTSRB is not here; expected the official zips, Final_Training/Images and Final_Test/Images, Training and Final_Test "
            + "(torchvision), or Train and Test (Kaggle, BackdoorBench), in it or in a folder called GTSRB");
        var archive = new GtsrbArchive(found, UnreadablePictures.AreSkipped(choice));
        MemoryImageSet train = archive.ReadTrain(ClassNames), test = archive.ReadTest(ClassNames);
        // Some copies were resized by their makers with an unknown filter, and there are two training sets of one name: a result
        // must tell which it used.
        string layout = $"GTSRB {found.Name}, {(archive.WasSized ? "already 32x32 in this copy" : "resized to 32x32 here")}, "
            + Size(train.Count);
        return StoredOptions.Limit(choice, new Dataset(
            Name, train, test, Side, Pixels.Mean, Pixels.Std, TargetClass: 2, "rotate", layout)
        {
            Notes = archive.Note is string note ? [note] : [],
        });
    }

    private static string Size(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:n0} training pictures ")
        + count switch
        {
            OfficialCount => "(the official set)",
            TorchvisionCount => "(the preliminary contest's, as torchvision downloads them; the official set has 39,209)",
            _ => "(the official set has 39,209, torchvision's 26,640)",
        };
}
