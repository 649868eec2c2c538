using System.Globalization;

namespace Postern.Studies.Slurm;

/// <summary>Which job does a group of tasks.</summary>
/// <param name="Job">As Slurm names it, <c>12_3</c>.</param>
/// <param name="Element">What Slurm says of it; null where it has forgotten it or does not answer.</param>
/// <param name="Log">Path of its log.</param>
internal sealed record PlaceJob(string Job, SlurmElement? Element, string Log);

/// <summary>The jobs of a study's submissions that have not ended, as Slurm and their folders tell of them.</summary>
internal sealed class SlurmJobs
{
    private SlurmJobs(IReadOnlyList<SlurmFolder> folders, IReadOnlyDictionary<string, SlurmElement> elements, string? silence)
    {
        (Elements, Silence) = (elements, silence);
        var places = new Dictionary<string, PlaceJob>(StringComparer.Ordinal);
        foreach (SlurmFolder folder in folders)
            foreach ((string place, PlaceJob job) in In(folder, elements)) places[place] = job;
        Places = places;
        Folders = folders;
    }

    /// <summary>The submissions that have not ended.</summary>
    public IReadOnlyList<SlurmFolder> Folders { get; }

    /// <summary>The newest job of each group, by its place.</summary>
    public IReadOnlyDictionary<string, PlaceJob> Places { get; }

    /// <summary>What Slurm knows, by its name of the job.</summary>
    public IReadOnlyDictionary<string, SlurmElement> Elements { get; }

    /// <summary>Why Slurm was not heard; null where it was.</summary>
    public string? Silence { get; }

    /// <summary>Those that wait or run, by place.</summary>
    public IReadOnlyDictionary<string, string> Queued => Places
        .Where(p => p.Value.Element is { Phase: not JobPhase.Ended }).ToDictionary(p => p.Key, p => p.Value.Job);

    /// <summary>Asks about all submissions of <paramref name="run"/> that have not ended.</summary>
    public static SlurmJobs Of(RunFolder run) => Of([.. SlurmFolder.Of(run).Where(f => !f.HasEnded)]);

    /// <summary>Asks about submissions.</summary>
    public static SlurmJobs Of(IReadOnlyList<SlurmFolder> folders)
    {
        string[] jobs = [.. folders.SelectMany(Jobs)];
        try
        {
            return new SlurmJobs(folders, SlurmQueue.Ask(jobs), null);
        }
        catch (InputException e)
        {
            return new SlurmJobs(folders, new Dictionary<string, SlurmElement>(), e.Message);
        }
    }

    /// <summary>Slurm's numbers of a submission's arrays and of its report.</summary>
    public static IEnumerable<string> Jobs(SlurmFolder folder) =>
        folder.Arrays.Append(SlurmFolder.Report).Select(folder.Job).OfType<string>();

    private static IEnumerable<(string Place, PlaceJob Job)> In(
        SlurmFolder folder, IReadOnlyDictionary<string, SlurmElement> elements)
    {
        foreach (string array in folder.Arrays)
        {
            if (folder.Job(array) is not string job) continue;
            foreach ((int k, string[] places) in folder.Tasks(array).Index())
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"{job}_{k + 1}");
                var found = new PlaceJob(name, elements.GetValueOrDefault(name), folder.Log(name));
                foreach (string place in places) yield return (place, found);
            }
        }
    }
}
