using System.Globalization;

namespace Postern.Studies.Slurm;

/// <summary>The inside of a task: does the groups that a line of a list names, in this process.</summary>
public sealed class SlurmTask
{
    private readonly StudyRunner runner;
    private readonly string[] places;
    private readonly string title;

    /// <summary>The task.</summary>
    /// <param name="run">The study and where its results go.</param>
    /// <param name="list">Path of the list.</param>
    /// <param name="number">Which line, from 1.</param>
    /// <param name="threads">Threads of this process.</param>
    /// <param name="tell">Hears how it goes on.</param>
    /// <exception cref="InputException">There is no such line, or the study has no such groups here.</exception>
    public SlurmTask(RunFolder run, string list, int number, int threads, Action<RunEvent> tell)
    {
        IReadOnlyList<string[]> tasks = SlurmFolder.TasksIn(list);
        if (number < 1 || number > tasks.Count)
            throw new InputException(list,
                string.Create(CultureInfo.InvariantCulture, $"has {tasks.Count} tasks and none of number {number}"));
        places = tasks[number - 1];
        string? unknown = places.FirstOrDefault(p => run.Study.Work.Groups.All(g => g.Place != p));
        if (unknown is not null)
            throw InputException.OfStudy(run.Study.FilePath,
                $"has no {unknown} here: a file that it names has changed, or this node's program is another; submit the study again");
        title = string.Create(CultureInfo.InvariantCulture, $"task {number} of {Path.GetFileNameWithoutExtension(list)}");
        runner = new StudyRunner(run, threads, happened =>
        {
            // What is saved at the next stop is more than there was.
            if (happened is Stepped or EpochFinished or CellFinished or Preparing { Fraction: > 0 }) HasProgressed = true;
            tell(happened);
        })
        { Places = places };
    }

    /// <summary>What it is and where it runs, for its log.</summary>
    public string Title => string.Create(CultureInfo.InvariantCulture,
        $"{title}, job {SlurmSelf.Name ?? "none"}, start {SlurmSelf.Restarts + 1}, on {SlurmSelf.Node}: {string.Join(' ', places)}");

    /// <summary>Whether something was trained, learned or measured in this process.</summary>
    public bool HasProgressed { get; private set; }

    /// <summary>Does them.</summary>
    /// <exception cref="InputException">A finished result is of other pictures than the study names now.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next start goes on where it stopped.</exception>
    public RunSummary Run(CancellationToken cancel) => runner.Run(cancel);
}
