using Postern.Probes;

namespace Postern.Studies;

/// <summary>
/// <c>probes/NAME.epochs.json</c>: the numbers that a probe found after some epochs of a cell's training, beside the curves of
/// <c>metrics.jsonl</c>.
/// </summary>
/// <param name="Id">The cell's id.</param>
/// <param name="Probe">The probe's name.</param>
/// <param name="Options">What was asked for, and after how many epochs.</param>
/// <param name="Epochs">What was found, epoch after epoch.</param>
public sealed record ProbeTrack(
    string Id, string Probe, IReadOnlyDictionary<string, string> Options, IReadOnlyList<ProbedEpoch> Epochs)
{
    private const string Ending = ".epochs.json", Advice = "delete the file; only training again measures it again";

    /// <summary>The path of what <paramref name="probe"/> found while a cell was trained.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <param name="probe">The probe's name.</param>
    public static string PathOf(string folder, string probe) => Path.Combine(folder, ProbeRecord.FolderName, probe + Ending);

    /// <summary>Reads what <paramref name="probe"/> found while a cell was trained; null where it did not look.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <param name="probe">The probe's name.</param>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static ProbeTrack? Read(string folder, string probe)
    {
        string path = PathOf(folder, probe);
        if (RecordFormat.Read<ProbeTrack>(path, Advice) is not ProbeTrack track) return null;
        string? wrong = track.Probe != probe ? $"it is what {track.Probe} found"
            : track.Epochs.Zip(track.Epochs.Skip(1)).Any(p => p.First.Epoch >= p.Second.Epoch) ? "its epochs are not in order"
            : null;
        return wrong is null ? track : throw RecordFormat.Damaged(path, wrong, advice: Advice);
    }

    /// <summary>All that was found while a cell was trained, by name.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static IReadOnlyList<ProbeTrack> ReadAll(string folder) =>
        [.. NamesIn(folder).Select(name => Read(folder, name)).OfType<ProbeTrack>()];

    /// <summary>The probes that have looked while a cell was trained, by name.</summary>
    /// <param name="folder">The cell's folder.</param>
    public static IReadOnlyList<string> NamesIn(string folder)
    {
        string place = Path.Combine(folder, ProbeRecord.FolderName);
        return !Directory.Exists(place) ? [] :
        [
            .. Directory.EnumerateFiles(place, "*" + Ending).Select(f => Path.GetFileName(f)[..^Ending.Length])
                .Where(name => !name.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Writes it into a cell's folder.</summary>
    /// <param name="folder">The cell's folder.</param>
    internal void Write(string folder) => RecordFormat.Write(PathOf(folder, Probe), this);
}

/// <summary>The numbers after an epoch.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Numbers">What the probe found.</param>
public sealed record ProbedEpoch(int Epoch, IReadOnlyList<ProbeNumber> Numbers);
