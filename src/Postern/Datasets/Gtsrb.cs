using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// <c>gtsrb</c>: the German Traffic Sign Recognition Benchmark (Stallkamp et al. 2012), 43 classes, from the official zips as
/// they are or unpacked; pictures of any size, resized to 32x32. Constants of <c>docs/reference/attacks.md 1.1</c>.
/// </summary>
public sealed class Gtsrb : IDatasetEntry
{
    /// <summary>Side of every picture after resizing.</summary>
    public const int Side = 32;

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
    public string Summary => "GTSRB: traffic signs at 32x32, 43 classes; official zips or unpacked";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options => StoredOptions.All;

    /// <inheritdoc/>
    public bool Recognises(string path) => GtsrbArchive.Find(path) is not null;

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) => new DatasetScale(39_209, 12_630, 32, 43).Limited(choice);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        string path = StoredOptions.PathOf(choice);
        var archive = new GtsrbArchive(GtsrbArchive.Find(path)
            ?? throw new InputException(path,
                "GTSRB is not here; expected GTSRB_Final_Training_Images.zip or GTSRB/Final_Training/Images"));
        MemoryImageSet train = archive.ReadTrain(ClassNames), test = archive.ReadTest(ClassNames);
        // Some copies were resized by their makers with an unknown filter: a result must tell which kind it used.
        string layout = $"GTSRB {(archive.FromZip ? "official zips" : "unpacked")}, "
            + (archive.WasSized ? "already 32x32 in this copy" : "resized to 32x32 here");
        return StoredOptions.Limit(choice, new Dataset(
            Name, train, test, Side, [.3337f, .3064f, .3171f], [.2672f, .2564f, .2629f], TargetClass: 2, "rotate", layout));
    }
}
