using Postern.Studies.Jobs;

namespace Postern.Studies.Slurm;

/// <summary>What was submitted.</summary>
/// <param name="Folder">The submission's folder; null where nothing was to be submitted.</param>
/// <param name="Jobs">Slurm's numbers, the report's last.</param>
/// <param name="Tasks">Tasks of the arrays.</param>
/// <param name="Groups">What they do: cells and preparations.</param>
/// <param name="Queued">What earlier submissions have in the queue, and was left alone.</param>
public sealed record Submitted(string? Folder, IReadOnlyList<string> Jobs, int Tasks, int Groups, int Queued);

/// <summary>Submits what is missing of a study as arrays along its graph, and a job that ends with the report.</summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="options">What is asked of Slurm.</param>
/// <param name="command">How this program runs a study: the program, and all that comes before the study's file.</param>
/// <param name="threads">Threads of a task; null for as many as the job has cores.</param>
public sealed class SlurmLauncher(RunFolder run, SlurmOptions options, JobCommand command, int? threads)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    // Of an array, where Slurm is not here to tell its own limit.
    private const int UsualIndex = 1000;

    /// <summary>
    /// The text of all that would be submitted, scripts as they are; nothing is written. Where Slurm is here, it is asked whether
    /// it could give what is asked for.
    /// </summary>
    /// <exception cref="InputException">An option that the cluster refuses.</exception>
    public string Plan()
    {
        options.Check();
        int largest = UsualIndex;
        if (Site() is SlurmSite site)
        {
            site.Check(options);
            largest = site.LargestIndex;
        }
        SlurmJobs jobs = SlurmJobs.Of(run);
        SlurmFolder folder = Next();
        IReadOnlyList<PlannedArray> arrays = Arrays(Open(jobs), jobs, largest);
        var script = new SlurmScript(run, folder, options, command, threads);
        if (arrays.Count == 0) return "";
        IEnumerable<string> files = arrays.SelectMany(a => new[]
        {
            Named(folder.Script(a.Name), script.Of(a)), Named(folder.TasksPath(a.Name), SlurmFolder.Text(a)),
        });
        PlannedArray report = new(SlurmFolder.Report, [], [.. arrays.Select(a => a.Name)]);
        IEnumerable<string> lines = arrays.Append(report)
            .Select(a => $"# sbatch {string.Join(' ', Submission(folder, a.Name, a.Needs, name => $"<{name}>"))}\n");
        return string.Concat([.. files, Named(folder.Script(report.Name), script.OfReport()), .. lines]);

        static string Named(string path, string content) => $"# {path}\n{content}\n";
    }

    /// <summary>Submits what is missing and not in the queue.</summary>
    /// <exception cref="InputException">Slurm is not here, or refuses; what was submitted by then is cancelled.</exception>
    public Submitted Submit() => Submit(open: null, round: 0, follows: null);

    /// <summary>Submits some groups of a study once more.</summary>
    /// <param name="open">The groups; null for all that is missing.</param>
    /// <param name="round">How many times what failed is tried again, this time included.</param>
    /// <param name="follows">The submission in which they failed.</param>
    internal Submitted Submit(IReadOnlyList<TaskGroup>? open, int round, int? follows)
    {
        options.Check();
        SlurmSite site = SlurmSite.Ask();
        site.Check(options);
        using FolderClaim held = Claim();
        SlurmJobs jobs = SlurmJobs.Of(run);
        if (jobs.Silence is string silence) throw InputException.OfStudy("--on slurm", silence);
        TaskGroup[] missing = [.. (open ?? Open(jobs)).Where(g => !jobs.Queued.ContainsKey(g.Place))];
        IReadOnlyList<PlannedArray> arrays = Arrays(missing, jobs, site.LargestIndex);
        if (arrays.Count == 0) return new Submitted(null, [], 0, 0, jobs.Queued.Count);
        SlurmFolder folder = Next();
        var script = new SlurmScript(run, folder, options, command, threads);
        Directory.CreateDirectory(folder.Logs);
        run.WriteStudy();
        AtomicFile.WriteText(folder.Study, run.Study.Yaml.Value);
        folder.Write(new SubmissionRecord(round, follows, options, threads));
        foreach (PlannedArray array in arrays)
        {
            folder.WriteTasks(array);
            AtomicFile.WriteText(folder.Script(array.Name), script.Of(array));
        }
        AtomicFile.WriteText(folder.Script(SlurmFolder.Report), script.OfReport());
        var submitted = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (PlannedArray array in arrays) Submit(folder, array.Name, array.Needs, submitted);
            Submit(folder, SlurmFolder.Report, [.. arrays.Select(a => a.Name)], submitted);
        }
        catch
        {
            if (submitted.Count > 0) SlurmTools.Run("scancel", submitted.Values);
            Directory.Delete(folder.Folder, recursive: true);
            throw;
        }
        return new Submitted(folder.Folder, [.. submitted.Values], arrays.Sum(a => a.Tasks.Count),
            arrays.Sum(a => a.Tasks.Sum(t => t.Places.Count)), jobs.Queued.Count);
    }

    private void Submit(SlurmFolder folder, string name, IReadOnlyList<string> needs, Dictionary<string, string> submitted)
    {
        ToolResult result = SlurmTools.Run("sbatch", Submission(folder, name, needs, n => submitted.GetValueOrDefault(n, n)));
        string job = result.Output.Trim().Split(';')[0];
        if (result.Code != 0 || job.Length == 0 || !job.All(char.IsAsciiDigit))
            throw InputException.OfStudy("--on slurm", $"Slurm refused {name}: {result.Error}; nothing is submitted");
        submitted[name] = job;
        folder.WriteJob(name, job);
    }

    /// <summary>The arguments of <c>sbatch</c>.</summary>
    /// <param name="folder">The submission.</param>
    /// <param name="name">Whose script.</param>
    /// <param name="needs">What must have ended before.</param>
    /// <param name="jobOf">Slurm's number of an array, by its name; other names stay.</param>
    private string[] Submission(SlurmFolder folder, string name, IReadOnlyList<string> needs, Func<string, string> jobOf)
    {
        // However they ended: what rests on a failure says so in its own record.
        string[] ids = [.. needs.Select(n => string.Join('_', n.Split('_').Select((part, i) => i == 0 ? Named(part) : part)))];
        return ["--parsable", .. ids.Length > 0 ? new[] { $"--dependency=afterany:{string.Join(':', ids)}" } : [],
            folder.Script(name)];

        string Named(string array) => array.All(char.IsAsciiDigit) ? array : jobOf(array);
    }

    private IReadOnlyList<PlannedArray> Arrays(IReadOnlyList<TaskGroup> open, SlurmJobs jobs, int largest)
    {
        var share = new TaskShare(options.Pack);
        return ArrayPlan.Of(open, jobs.Queued, g => share.Of(run, g), options.MaxParallel is not null, largest);
    }

    private List<TaskGroup> Open(SlurmJobs jobs) =>
        [.. GraphWalk.QueueOf(run).Waiting.Where(g => !jobs.Queued.ContainsKey(g.Place))];

    private SlurmFolder Next() => new(run, (SlurmFolder.Of(run).LastOrDefault()?.Number ?? 0) + 1);

    private static SlurmSite? Site()
    {
        try
        {
            return SlurmSite.Ask();
        }
        catch (InputException)
        {
            // A plan can be made anywhere.
            return null;
        }
    }

    private FolderClaim Claim()
    {
        run.Make();
        string all = SlurmFolder.AllOf(run);
        while (true)
        {
            if (FolderClaim.TryTake(all) is FolderClaim held) return held;
            Thread.Sleep(Poll);
        }
    }
}
