using System.Text.Json;

namespace Postern.Tests.SameNumbers;

/// <summary>
/// <c>recorded.json</c>: hashes of what cells say (<see cref="CellNumbers"/>), by kind of processor, study and cell. The variable
/// <c>POSTERN_RECORD_NUMBERS</c> set to 1 writes those of this machine's kind in place of comparing them.
/// </summary>
internal static class NumberRecord
{
    private const string Recording = "POSTERN_RECORD_NUMBERS";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n" };

    private static string RecordPath =>
        Path.Combine(SharedMaterial.RepositoryRoot, "tests", "Postern.Tests", "SameNumbers", "recorded.json");

    /// <summary>
    /// Compares the cells of a study with those recorded, or records them; skips the running test where this kind of processor
    /// has no record.
    /// </summary>
    /// <param name="study">Name of the study.</param>
    /// <param name="measured">Its cells.</param>
    public static void Compare(string study, CellHashes measured)
    {
        Dictionary<string, StudyHashes> kinds = Read();
        if (Environment.GetEnvironmentVariable(Recording) == "1")
        {
            if (!kinds.TryGetValue(ProcessorKind.Here, out StudyHashes? here)) kinds[ProcessorKind.Here] = here = [];
            here[study] = measured;
            File.WriteAllText(RecordPath, JsonSerializer.Serialize(kinds, Format) + "\n");
            return;
        }
        if (kinds.GetValueOrDefault(ProcessorKind.Here)?.GetValueOrDefault(study) is not CellHashes recorded)
        {
            Assert.Skip($"no numbers of {study} are recorded for {ProcessorKind.Here}; on the version to compare with, "
                + $"{Recording}=1 dotnet test -c Release --filter-trait Category=Numbers records them in {RecordPath}");
            return;
        }
        Assert.Equal(recorded.Keys, measured.Keys);
        string[] differing =
        [
            .. from cell in recorded
               let now = measured[cell.Key]
               from part in cell.Value.Keys.Union(now.Keys)
               where cell.Value.GetValueOrDefault(part) != now.GetValueOrDefault(part)
               select $"{study}/{cell.Key}: {part}",
        ];
        Assert.True(differing.Length == 0, $"not as recorded for {ProcessorKind.Here}:\n{string.Join('\n', differing)}");
    }

    /// <summary>The recorded hashes of a cell, or null where there is no record of this kind of processor.</summary>
    public static SortedDictionary<string, string>? Find(string study, string cell) =>
        Read().GetValueOrDefault(ProcessorKind.Here)?.GetValueOrDefault(study)?.GetValueOrDefault(cell);

    private static Dictionary<string, StudyHashes> Read() => File.Exists(RecordPath)
        ? JsonSerializer.Deserialize<Dictionary<string, StudyHashes>>(File.ReadAllText(RecordPath))!
        : [];
}

/// <summary>A study's cells by name.</summary>
internal sealed class StudyHashes : SortedDictionary<string, CellHashes>
{
    public StudyHashes() : base(StringComparer.Ordinal) { }
}

/// <summary>A cell's hashes by what they are of, by the cell's id.</summary>
internal sealed class CellHashes : SortedDictionary<string, SortedDictionary<string, string>>
{
    public CellHashes() : base(StringComparer.Ordinal) { }
}
