using System.Text.RegularExpressions;

namespace Postern.Tests.Cli;

/// <summary>The records of a folder of results, to be compared with those of another run of the same study.</summary>
internal static partial class CellRecords
{
    // Written by whoever runs a study, and no cell's.
    private static readonly string[] Others = ["report", "slurm"];

    /// <summary>Every file of the cells and of what attacks learned, with times, and checksums over them, made equal.</summary>
    public static Dictionary<string, string> Of(string runs) => Directory.EnumerateFiles(runs, "*", SearchOption.AllDirectories)
        .Where(f => !f.Split('/').Any(Others.Contains) && !f.Contains("tfevents", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetRelativePath(runs, f), f => Path.GetExtension(f) is ".json" or ".jsonl"
            ? Times().Replace(File.ReadAllText(f), "$1")
            : Convert.ToHexString(File.ReadAllBytes(f)));

    [GeneratedRegex(
        "(\"(?:created_utc|finished_utc|train_seconds|images_per_second|data_wait|seconds|threads|checksum|check)\": ?)"
        + "(\"[^\"]*\"|[^,\\s}]+)")]
    private static partial Regex Times();
}
