namespace Postern.Datasets;

/// <summary>
/// Where the parts of a copy of GTSRB lie. Known are the official zips as they are or unpacked (<c>Final_Training/Images</c>,
/// <c>Final_Test/Images</c>), torchvision's <c>Training</c>, and <c>Train</c> beside <c>Test</c> as Kaggle and BackdoorBench
/// have them; each in the folder that is named, in a folder of it called after GTSRB, or in its only folder.
/// </summary>
/// <param name="Root">A folder on disk, or an archive that holds everything.</param>
/// <param name="Base">The folder within it where the parts lie, with its slash; empty for itself.</param>
/// <param name="Train">The class folders; null where there are none.</param>
/// <param name="Test">The test pictures; null where there are none.</param>
internal sealed record GtsrbLayout(string Root, string Base, GtsrbPart? Train, GtsrbPart? Test)
{
    /// <summary>The official zips, and the one that torchvision downloads.</summary>
    internal const string TrainingZip = "GTSRB_Final_Training_Images.zip", TestZip = "GTSRB_Final_Test_Images.zip",
        LabelsZip = "GTSRB_Final_Test_GT.zip", TorchvisionZip = "GTSRB-Training_fixed.zip";

    private const int DeepestBase = 3, Classes = 43;

    private static readonly string[] Official = ["Final_Training/Images"], Torchvision = ["Training"], Plain = ["Train", "train"],
        OfficialTest = ["Final_Test/Images"], PlainTest = ["Test", "test", "Final_Test"];

    /// <summary>Whose layout it is.</summary>
    internal string Name => Train switch
    {
        null or { Zip: TrainingZip } => "official zips",
        { Zip: not null } => "torchvision's zips",
        { Images: string images } when images.EndsWith(Official[0], StringComparison.Ordinal) => "unpacked",
        { Images: string images } when images.EndsWith(Torchvision[0], StringComparison.Ordinal) => "torchvision's folders",
        _ => "folders Train and Test (Kaggle, BackdoorBench)",
    };

    /// <summary>The copy at <paramref name="path"/>, a folder, an archive or one of the zips; null where there is none.</summary>
    internal static GtsrbLayout? Find(string path)
    {
        if (File.Exists(path) && Path.GetFileName(path) is TrainingZip or TestZip or LabelsZip or TorchvisionZip)
            path = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(path) && !path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            using FileTree tree = FileTrees.Open(path);
            return Bases(tree).Select(at => In(tree, at)).FirstOrDefault(found => found is not null);
        }
        catch (InputException)
        {
            // Nothing that can be looked into; whoever opens it says why.
            return null;
        }
    }

    // The folder itself, then those called after the set, or an only one, as archives wrap what they hold.
    private static IEnumerable<string> Bases(FileTree tree)
    {
        var next = new Queue<(string At, int Depth)>([("", 0)]);
        while (next.TryDequeue(out (string At, int Depth) item))
        {
            yield return item.At;
            if (item.Depth == DeepestBase) continue;
            IReadOnlyList<string> folders = tree.Folders(item.At.TrimEnd('/'));
            foreach (string name in folders)
            {
                if (folders.Count == 1 || name.Contains("gtsrb", StringComparison.OrdinalIgnoreCase))
                    next.Enqueue(($"{item.At}{name}/", item.Depth + 1));
            }
        }
    }

    private static GtsrbLayout? In(FileTree tree, string at)
    {
        GtsrbPart? train = Zipped(tree, at, TrainingZip) ?? Zipped(tree, at, TorchvisionZip)
            ?? Folder(tree, at, Official) ?? Folder(tree, at, Torchvision, IsClasses) ?? Folder(tree, at, Plain, IsClasses);
        GtsrbPart? test = Zipped(tree, at, TestZip) ?? Folder(tree, at, OfficialTest);
        return train is null && test is null ? null
            : new GtsrbLayout(tree.Root, at, train, test ?? Folder(tree, at, PlainTest));
    }

    private static GtsrbPart? Zipped(FileTree tree, string at, string zip) =>
        tree is FolderTree && tree.Contains(at + zip) ? new GtsrbPart(zip, "") : null;

    private static GtsrbPart? Folder(
        FileTree tree, string at, string[] names, Func<FileTree, string, bool>? holds = null)
    {
        foreach (string folder in names.SelectMany(name => new[] { $"{at}GTSRB/{name}", at + name }))
            if (tree.HasFolder(folder) && holds?.Invoke(tree, folder) != false) return new GtsrbPart(null, folder);
        return null;
    }

    // Other sets have folders of these names, too, whose classes are other ones or fewer.
    private static bool IsClasses(FileTree tree, string folder)
    {
        IReadOnlyList<string> names = tree.Folders(folder);
        return names.Count > Classes / 2 && names.All(name => ClassOf(name) is not null);
    }

    /// <summary>The class that a folder's name says, <c>00007</c> or <c>7</c>; null for any other name.</summary>
    internal static int? ClassOf(string name) =>
        name.Length <= 5 && int.TryParse(name, System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture, out int label) && label < Classes ? label : null;
}

/// <summary>The pictures of one split of GTSRB.</summary>
/// <param name="Zip">The zip that they are in, beside the other parts; null where they are in the copy's own folders.</param>
/// <param name="Images">The folder of the class folders or the pictures; empty for the zip's own.</param>
internal sealed record GtsrbPart(string? Zip, string Images);
