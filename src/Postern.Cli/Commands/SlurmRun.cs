using Postern.Cli.Progress;
using Postern.Studies;
using Postern.Studies.Jobs;
using Postern.Studies.Slurm;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern run --on slurm</c>, outside and inside of its jobs.</summary>
internal static class SlurmRun
{
    private static TextWriter Output => AnsiConsole.Profile.Out.Writer;

    /// <summary>Prints what would be submitted.</summary>
    public static int Plan(SlurmLauncher launcher)
    {
        string text = launcher.Plan();
        Output.Write(text.Length > 0 ? text : "# nothing is missing that is not in the queue\n");
        Output.Flush();
        return ExitCode.Done;
    }

    /// <summary>Submits what is missing.</summary>
    public static int Submit(RunFolder run, SlurmLauncher launcher)
    {
        if (Path.GetFullPath(run.Output).StartsWith(Path.GetTempPath(), StringComparison.Ordinal))
            Output.WriteLine(
                $"note: {run.Output} lies under {Path.GetTempPath()}, which every node of most clusters has for itself");
        Submitted submitted = launcher.Submit();
        if (submitted.Folder is null)
        {
            Output.WriteLine(submitted.Queued == 0 ? "every cell is done; nothing is submitted"
                : $"{submitted.Queued} cells are in the queue, all others are done; nothing is submitted");
        }
        else
        {
            string left = submitted.Queued > 0 ? $"; {submitted.Queued} are in the queue already" : "";
            Output.WriteLine($"submitted {submitted.Groups} cells and preparations in {submitted.Tasks} tasks{left}");
            Output.WriteLine($"jobs: {string.Join(' ', submitted.Jobs)}, of which the last one writes the report");
            Output.WriteLine($"scripts and logs: {submitted.Folder}");
        }
        Output.WriteLine($"postern status {run.Path} --watch    shows how far it is");
        Output.WriteLine($"postern cancel {run.Path}    stops it");
        Output.Flush();
        return ExitCode.Done;
    }

    /// <summary>Does a task. Told that its time is nearly up, it saves and has Slurm start it again.</summary>
    public static int Task(RunFolder run, string list, int number, int threads, Interrupt interrupt)
    {
        var failures = new HashSet<string>(StringComparer.Ordinal);
        Action<RunEvent> show = new PlainProgress(new Pace(run), Output).Show;
        var task = new SlurmTask(run, list, number, threads, happened =>
        {
            if (happened is CellFailed) failures.Add(happened.Cell);
            show(happened);
        });
        Output.WriteLine(task.Title);
        Output.Flush();
        try
        {
            TorchThreads.Use(new ThreadBudget(threads));
            RunSummary summary = task.Run(interrupt.Token);
            return summary.Failed == 0 && failures.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception e) when (Causes.Of(e) is OperationCanceledException && interrupt.IsWarning)
        {
            if (!task.HasProgressed)
            {
                Output.WriteLine("stopped by the time limit before anything was done; give a task more time with --time");
                Output.Flush();
                return ExitCode.Failed;
            }
            Output.WriteLine("stopped with a checkpoint; Slurm is asked to start the job again");
            Output.Flush();
            if (SlurmSelf.Requeue() is string refusal) Output.WriteLine($"it is not started again: {refusal}");
            Output.Flush();
            return ExitCode.Interrupted;
        }
    }

    /// <summary>Ends a submission: tries again what failed, and tells of what is not done.</summary>
    /// <returns>Whether everything is done, or will be tried.</returns>
    public static bool End(RunFolder run, int number, JobCommand command)
    {
        RoundEnd end = new SlurmRound(run, number).End(command);
        foreach (UnfinishedCell cell in end.Unfinished) Output.WriteLine($"not done {cell.Cell}: {cell.Reason}; log {cell.Log}");
        if (end.Again is Submitted again)
            Output.WriteLine($"it is tried again: jobs {string.Join(' ', again.Jobs)}, {again.Folder}");
        if (end.Refusal is string refusal)
            Output.WriteLine($"it cannot be tried again: {refusal}; 'postern run --on slurm' does it");
        Output.Flush();
        return end.Unfinished.Count == 0 || end.Again is not null;
    }
}
