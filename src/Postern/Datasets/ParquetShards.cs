using System.Globalization;
using System.Text.RegularExpressions;

namespace Postern.Datasets;

/// <summary>
/// The parquet files of a dataset's splits, as the <c>datasets</c> library and the hub write them:
/// <c>train-00000-of-00002.parquet</c>, with a hash behind (<c>...-b42e0d5c6ad0e7a7.parquet</c>), <c>train/0000.parquet</c>,
/// <c>train.parquet</c>; in any folder, test files called <c>test</c> or <c>validation</c>.
/// </summary>
/// <param name="Folder">The folder of both splits, with its slash; empty for the root.</param>
/// <param name="Train">Training files, in order.</param>
/// <param name="Test">Test files, in order; empty where there are none.</param>
internal sealed partial record ParquetShards(string Folder, IReadOnlyList<string> Train, IReadOnlyList<string> Test)
{
    private const string Ending = ".parquet";

    // A folder of more folders is no folder of parquet files but of class folders.
    private const int MostFolders = 8, DeepestFolder = 4;

    private static readonly string[] TrainWords = ["train", "training"], TestWords = ["test", "testing"],
        ValidationWords = ["validation", "valid", "val", "dev"];

    /// <summary>Whether a file is called as one of a split, so that its folder is a dataset's.</summary>
    internal static bool IsOne(string file) =>
        file.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Where to look for the dataset that a file is of: its folder, or the one above where that is a split's own.
    /// </summary>
    internal static string RootOf(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        bool alone = SplitOf(Path.GetFileNameWithoutExtension(file)) is null && SplitOf(Path.GetFileName(folder)) is not null;
        return alone ? Path.GetDirectoryName(folder)! : folder;
    }

    /// <summary>The training and test files in <paramref name="tree"/>; null where there are no training files.</summary>
    /// <param name="tree">Where to look.</param>
    /// <param name="likely">Folders that come before others, each with its slash.</param>
    /// <exception cref="InputException">One of several files is missing, or there are files of two sets.</exception>
    internal static ParquetShards? Find(FileTree tree, IReadOnlyList<string> likely)
    {
        ILookup<string, (string Split, string File)> folders = Files(tree).ToLookup(f => f.Folder, f => (f.Split, f.File));
        string? folder = likely.Concat(folders.Select(f => f.Key)).FirstOrDefault(f => folders[f].Any(s => s.Split == "train"));
        if (folder is null) return null;
        string[] test = Of("test");
        return new ParquetShards(folder, Ordered(tree, Of("train")), Ordered(tree, test.Length > 0 ? test : Of("validation")));

        string[] Of(string split) => [.. folders[folder!].Where(s => s.Split == split).Select(s => s.File)];
    }

    private static IEnumerable<(string Folder, string Split, string File)> Files(FileTree tree)
    {
        var next = new Queue<(string Folder, int Depth)>([("", 0)]);
        while (next.TryDequeue(out (string Folder, int Depth) item))
        {
            foreach (string file in tree.Files(item.Folder.TrimEnd('/')).Where(IsOne))
            {
                string stem = Path.GetFileNameWithoutExtension(file);
                if (Triggered(stem)) continue;
                if (SplitOf(stem) is string named) yield return (item.Folder, named, file);
                else if (SplitOf(Path.GetFileName(item.Folder.TrimEnd('/'))) is string around)
                    yield return (Parent(item.Folder), around, file);
            }
            IReadOnlyList<string> folders = item.Depth < DeepestFolder ? tree.Folders(item.Folder.TrimEnd('/')) : [];
            if (folders.Count > MostFolders) continue;
            foreach (string name in folders) next.Enqueue(($"{item.Folder}{name}/", item.Depth + 1));
        }
    }

    private static string Parent(string folder) => folder[..(folder.TrimEnd('/').LastIndexOf('/') + 1)];

    // Postern's own exports keep triggered test pictures beside the clean ones.
    private static bool Triggered(string stem) => Words(stem).Contains("triggered");

    private static string? SplitOf(string name)
    {
        string[] words = Words(name);
        return TrainWords.Any(words.Contains) ? "train" : TestWords.Any(words.Contains) ? "test"
            : ValidationWords.Any(words.Contains) ? "validation" : null;
    }

    private static string[] Words(string name) => name.ToLowerInvariant().Split('-', '_', '.', ' ');

    private static string[] Ordered(FileTree tree, string[] files)
    {
        Shard[] shards = [.. files.Select(Shard.Of)];
        // Files that say how many they are leave no doubt; others of the split beside them are other things.
        if (shards.Any(s => s.Total > 0)) shards = [.. shards.Where(s => s.Total > 0)];
        foreach (Shard shard in shards)
        {
            if (shard.Total > 0 && shard.Total != shards.Length)
            {
                throw new InputException(tree.Describe(shard.File),
                    $"is one of {shard.Total} files, but {shards.Length} are here");
            }
            if (shard.Series != shards[0].Series)
            {
                throw new InputException(tree.Describe(shard.File),
                    $"lies beside {Path.GetFileName(shards[0].File)}, files of one split under two names; keep those of one set");
            }
        }
        shards = [.. shards.OrderBy(s => s.Number).ThenBy(s => s.File, StringComparer.Ordinal)];
        for (int i = 0; i < shards.Length; i++)
        {
            // 0000.parquet, 0001.parquet: a gap is a file that was not fetched.
            if (shards[i].Series.Length == 0 && shards[i].Number != shards[0].Number + i)
            {
                throw new InputException(tree.Describe(shards[i].File),
                    $"follows {Path.GetFileName(shards[i - 1].File)}; the files between them are missing");
            }
        }
        return [.. shards.Select(s => s.File)];
    }

    /// <summary>
    /// A file of a split: which of how many (0 where it does not say), and what the others of its set are called.
    /// </summary>
    private sealed partial record Shard(string File, long Number, long Total, string Series)
    {
        public static Shard Of(string file)
        {
            string stem = Path.GetFileNameWithoutExtension(file);
            if (Counted().Match(stem) is { Success: true } counted)
                return new Shard(file, Value(counted, "number"), Value(counted, "count"), counted.Groups["series"].Value);
            Match numbered = Numbered().Match(stem);
            return new Shard(file, Value(numbered, "number"), 0, numbered.Groups["series"].Value);
        }

        private static long Value(Match match, string group) =>
            long.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0;

        [GeneratedRegex(@"^(?<series>.*?)-(?<number>\d{1,9})-of-(?<count>\d{1,9})(-[0-9a-f]{4,64})?$")]
        private static partial Regex Counted();

        [GeneratedRegex(@"^(?<series>.*?)(?<number>\d{0,18})$")]
        private static partial Regex Numbered();
    }
}
