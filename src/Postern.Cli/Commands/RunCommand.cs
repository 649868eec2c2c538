using System.CommandLine;
using System.Globalization;
using System.Text;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Reports.Page;
using Postern.Reports.Paper;
using Postern.Studies;
using Postern.Studies.Jobs;
using Postern.Studies.Slurm;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern run STUDY</c>: trains and evaluates every cell that is not done, then writes the report.</summary>
internal static class RunCommand
{
    /// <summary>As it is typed.</summary>
    public const string Name = "run";

    // How this program starts itself for --jobs; of no use to people.
    private const string JobSwitch = "--as-job";

    // What scripts of --on slurm say, in the same way.
    private const string TasksOption = "--slurm-tasks", TaskOption = "--slurm-task", ReportOption = "--slurm-report";

    public static Command Create()
    {
        var arguments = new StudyArguments();
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "list the cells, their state and what the rest would cost here; run nothing",
        };
        var json = new JsonOption("with --dry-run: print the cells as a JSON array");
        var threads = new ThreadsOption("libtorch, the kernels and the loaders of all cells that run");
        var jobs = new JobsOption();
        var profile = new Option<bool>("--profile")
        {
            Description = "keep where each cell's time goes (profile.json), and print it at the end",
        };
        var job = new Option<bool>(JobSwitch) { Hidden = true };
        var slurm = new SlurmArguments();
        var tasks = new Option<string?>(TasksOption) { Hidden = true };
        var task = new Option<int>(TaskOption) { Hidden = true };
        var submission = new Option<int?>(ReportOption) { Hidden = true };
        var command = new ShownCommand(Name, "Run a study: every cell that is not done yet, then the report.",
            "postern run studies/quickstart.yaml", "postern run studies/quickstart.yaml --dry-run",
            "postern run studies/quickstart.yaml --only model=vim-mini --set train.epochs=3",
            "postern run studies/quickstart.yaml --on slurm --cpus 4 --time 60")
        {
            dryRun, json, threads, jobs, profile, job, tasks, task, submission,
        };
        arguments.AddTo(command);
        slurm.AddTo(command);
        command.SetAction(parsed =>
        {
            string? list = parsed.GetValue(tasks);
            // Before anything that takes time: a signal that nobody listens to ends the process.
            using Interrupt? ofTask = list is null ? null : new Interrupt(ofTask: true);
            SlurmOptions? asked = slurm.Read(parsed);
            bool plans = parsed.GetValue(dryRun), asJson = parsed.GetValue(json), profiles = parsed.GetValue(profile);
            if (asJson && !plans)
                throw new InputException("--json", "belongs to --dry-run; a run's results are in its folder as JSON");
            if (profiles && plans) throw new InputException("--profile", "needs a run; leave out --dry-run");
            if (plans && parsed.GetResult(jobs) is { Implicit: false })
                throw new InputException("--jobs", "needs a run; leave out --dry-run");
            if (asked is not null && (asJson || profiles || parsed.GetResult(jobs) is { Implicit: false }))
                throw new InputException("--on slurm",
                    "goes with none of --json, --jobs, --profile; --max-parallel limits its tasks");
            RunFolder run = arguments.Folder(parsed, planOnly: plans);
            StudyCheck.Of(run);
            if (run.Study.Published is string published) PublishedValues.Read(published);
            int count = parsed.GetValue(threads);
            (string program, IReadOnlyList<string> before) = OwnProgram.Find();
            var itself = new JobCommand(program, [.. before, Name]);
            if (list is not null) return SlurmRun.Task(run, list, parsed.GetValue(task), count, ofTask!);
            if (parsed.GetValue(submission) is int number) return End(run, number, itself);
            if (asked is not null)
            {
                bool areGiven = parsed.GetResult(threads) is { Implicit: false };
                var launcher = new SlurmLauncher(run, asked, itself, areGiven ? count : null);
                return plans ? SlurmRun.Plan(launcher) : SlurmRun.Submit(run, launcher);
            }
            if (parsed.GetValue(job)) return Serve(run, count, profiles);
            if (!plans)
            {
                var cards = CardShares.Of(run.Study);
                int sideBySide = jobs.Count(parsed, run, count, cards);
                string share = new ThreadBudget(count).Share(sideBySide).Threads.ToString(CultureInfo.InvariantCulture);
                if (sideBySide > 1 || jobs.IsAuto(parsed))
                    AnsiConsole.MarkupLineInterpolated(
                        $"cells side by side: {sideBySide}, with {share} threads each{(cards.Count > 0 ? $", on {cards}" : "")}");
                string[] own = [.. itself.Arguments, .. arguments.Again(parsed), "--threads", share, JobSwitch,
                    .. profiles ? new[] { "--profile" } : []];
                return Run(run, count, sideBySide, profiles, new JobCommand(program, own), cards);
            }
            if (asJson) DryRun.WriteJson(run);
            else DryRun.Write(run, count, CardShares.Of(run.Study));
            return ExitCode.Done;
        });
        return command;
    }

    private static int Run(RunFolder run, int threads, int jobs, bool profiles, JobCommand command, CardShares cards)
    {
        using var interrupt = new Interrupt();
        RunSummary summary;
        var failures = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            summary = RunProgress.Show(run, jobs, shown =>
            {
                Action<RunEvent> show = new ReportingProgress(shown, run.Whole).Show;
                Action<RunEvent> tell = happened =>
                {
                    if (happened is CellFailed failed) failures[failed.Cell] = failed.Error;
                    show(happened);
                };
                if (jobs > 1) return new JobRunner(run, jobs, command, tell) { Cards = cards }.Run(interrupt.Token);
                TorchThreads.Use(new ThreadBudget(threads));
                return new StudyRunner(run, threads, tell) { Profiles = profiles }.Run(interrupt.Token);
            });
        }
        catch (OperationCanceledException)
        {
            WriteReport(run.Whole);
            throw;
        }
        bool whole = ReportCommand.ShowTable(run);
        WriteReport(run.Whole);
        if (profiles) ProfileTable.Write(run);
        foreach ((string cell, string error) in failures) AnsiConsole.MarkupLineInterpolated($"[red]failed[/] {cell}: {error}");
        int failed = Math.Max(summary.Failed, failures.Count);
        if (failed > 0)
            AnsiConsole.MarkupLineInterpolated(
                $"[red]{failed} cells failed, {summary.Done} of {run.Study.Cells.Count} are done[/]");
        return failed == 0 && whole ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Ends a submission to Slurm, in its last job.</summary>
    private static int End(RunFolder run, int number, JobCommand command)
    {
        bool done = SlurmRun.End(run, number, command);
        bool whole = ReportCommand.ShowTable(run);
        WriteReport(run.Whole);
        return done && whole ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>A report that cannot be written takes no result away.</summary>
    private static void WriteReport(RunFolder run)
    {
        try
        {
            AnsiConsole.MarkupLineInterpolated($"report: {HtmlReport.Write(run)}");
        }
        catch (InputException e)
        {
            AnsiConsole.MarkupLineInterpolated(
                $"[yellow]warning[/] the report is not complete: {e.Message}; the results are in {run.Path}");
        }
    }

    /// <summary>Runs as a job of another run: cells are asked for on standard input.</summary>
    private static int Serve(RunFolder run, int threads, bool profiles)
    {
        TorchThreads.Use(new ThreadBudget(threads));
        using var interrupt = new Interrupt(ofJob: true);
        using var orders = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        using var events =
            new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        new JobServer(run, threads, profiles).Serve(orders, events, interrupt.Token);
        return ExitCode.Done;
    }
}
