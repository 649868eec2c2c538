using Postern.Configuration;
using Postern.Evaluation;
using Postern.Probes;

namespace Postern.Studies;

/// <summary>
/// <c>probes/NAME.json</c>: what a probe found of a cell's network. It decides nothing about the cell, whose id knows nothing of
/// it.
/// </summary>
/// <param name="Id">The cell's id.</param>
/// <param name="Probe">The probe's name.</param>
/// <param name="Options">What was asked for; without what only says when it looks.</param>
/// <param name="Weights">Whose weights were looked at: those that tables show.</param>
/// <param name="Finding">What was found.</param>
public sealed record ProbeRecord(
    string Id, string Probe, IReadOnlyDictionary<string, string> Options, MeasuredWeights Weights, ProbeFinding Finding)
{
    /// <summary>The folder in a cell's folder.</summary>
    public const string FolderName = "probes";

    private const string Ending = ".json", Advice = "delete the file to have the cell probed again";

    /// <summary>
    /// Its file's name without the ending: the probe's with its usual options, else followed by a hash of the options, so that
    /// another number of pictures takes the place of nothing.
    /// </summary>
    public string Name => NameOf(Probe, Options);

    /// <summary>The options that are not the probe's usual ones, as they are written.</summary>
    public IReadOnlyList<string> Unusual => ProbeCatalog.All.Find(Probe) is not Probes.Probe entry ? [] :
        [.. Options.Except(OptionsOf(new Choice(entry))).OrderBy(o => o.Key, StringComparer.Ordinal)
            .Select(o => $"{o.Key} {o.Value}")];

    /// <summary>The path of its file.</summary>
    /// <param name="folder">The cell's folder.</param>
    public string PathIn(string folder) => PathOf(folder, Name);

    private static string PathOf(string folder, string name) => Path.Combine(folder, FolderName, name + Ending);

    private static string NameOf(string probe, IReadOnlyDictionary<string, string> options)
    {
        string[] unusual = [.. options.Except(ProbeCatalog.All.Find(probe) is Probes.Probe entry
                ? OptionsOf(new Choice(entry)) : options)
            .OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key}={o.Value}")];
        return unusual.Length == 0 ? probe : $"{probe}-{ShortHash.Of(string.Join('\n', unusual))}";
    }

    /// <summary>Whether it is what <paramref name="asked"/> would find.</summary>
    public bool Answers(Choice asked) => Probe == asked.Name && OptionsOf(asked) is var wanted && wanted.Count == Options.Count
        && wanted.All(o => Options.GetValueOrDefault(o.Key) == o.Value);

    /// <summary>The options of a probe that decide what it finds.</summary>
    internal static IReadOnlyDictionary<string, string> OptionsOf(Choice probe) =>
        probe.Values.Where(o => o.Key != Probes.Probe.EveryOption).ToDictionary(o => o.Key, o => o.Value);

    /// <summary>The path of what a map looks like.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <param name="map">Its number, from 0 on.</param>
    public string PictureOf(string folder, int map) =>
        Path.Combine(folder, FolderName, FormattableString.Invariant($"{Name}-{map + 1}.png"));

    /// <summary>Writes it into a cell's folder, its maps also as pictures.</summary>
    /// <param name="folder">The cell's folder.</param>
    internal void Write(string folder)
    {
        // The record goes last, so that where it is its pictures are.
        foreach ((int i, ProbeMap map) in Finding.Maps.Index())
            AtomicFile.Write(PictureOf(folder, i), stream => stream.Write(map.ToPng()));
        for (int i = Finding.Maps.Count; File.Exists(PictureOf(folder, i)); i++) File.Delete(PictureOf(folder, i));
        RecordFormat.Write(PathIn(folder), this);
    }

    /// <summary>Reads what <paramref name="asked"/> found; null where it has not looked.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <param name="asked">The probe with its options.</param>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static ProbeRecord? Read(string folder, Choice asked) =>
        Read(folder, NameOf(asked.Name, OptionsOf(asked))) is ProbeRecord record && record.Answers(asked) ? record : null;

    /// <summary>Reads a record; null where there is none.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <param name="name">Its file's name without the ending.</param>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static ProbeRecord? Read(string folder, string name)
    {
        string path = PathOf(folder, name);
        if (RecordFormat.Read<ProbeRecord>(path, Advice) is not ProbeRecord record) return null;
        string? wrong = name != record.Probe && !name.StartsWith($"{record.Probe}-", StringComparison.Ordinal)
            ? $"it is what {record.Probe} found" : record.Finding.Contradiction();
        return wrong is null ? record : throw RecordFormat.Damaged(path, wrong, advice: Advice);
    }

    /// <summary>All that was found of a cell, by name.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static IReadOnlyList<ProbeRecord> ReadAll(string folder) =>
        [.. NamesIn(folder).Select(name => Read(folder, name)).OfType<ProbeRecord>()];

    /// <summary>The names of all records' files, without the ending.</summary>
    /// <param name="folder">The cell's folder.</param>
    public static IReadOnlyList<string> NamesIn(string folder)
    {
        string place = Path.Combine(folder, FolderName);
        return !Directory.Exists(place) ? [] :
        [
            .. Directory.EnumerateFiles(place, "*" + Ending).Select(f => Path.GetFileNameWithoutExtension(f))
                .Where(name => !name.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ];
    }
}
