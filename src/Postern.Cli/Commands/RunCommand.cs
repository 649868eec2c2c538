using System.CommandLine;
using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Reports;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern run STUDY</c>: trains and evaluates every cell that is not done, then writes the report.</summary>
internal static class RunCommand
{
    /// <summary>As it is typed.</summary>
    public const string Name = "run";

    public static Command Create()
    {
        var arguments = new StudyArguments();
        var dryRun = new Option<bool>("--dry-run") { Description = "list the cells, their state and what the rest would cost here; run nothing" };
        var json = new JsonOption("with --dry-run: print the cells as a JSON array");
        var threads = new Option<int>("--threads")
        {
            Description = "threads shared by libtorch, the kernels and the loaders",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        threads.Validators.Add(result =>
        {
            // A value that is no number has its own error already; asking for it here would throw.
            if (result.Tokens is [{ Value: string text }] && int.TryParse(text, out int count) && count < 1) result.AddError("--threads must be at least 1");
        });
        var command = new Command(Name, "Run a study: every cell that is not done yet, then the report.") { dryRun, json, threads };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            bool plans = parsed.GetValue(dryRun), asJson = parsed.GetValue(json);
            if (asJson && !plans) throw new InputException("--json", "belongs to --dry-run; a run's results are in its folder as JSON");
            Study study = arguments.Read(parsed, planOnly: plans);
            string root = arguments.Output(parsed);
            int count = parsed.GetValue(threads);
            if (!plans) return Run(study, root, count);
            if (asJson) DryRun.WriteJson(study, root);
            else DryRun.Write(study, root, count);
            return ExitCode.Done;
        });
        return command;
    }

    private static int Run(Study study, string root, int threads)
    {
        TorchThreads.Use(threads);
        using var interrupt = new Interrupt();
        RunSummary summary;
        try
        {
            summary = RunProgress.Show(study, root, progress => new StudyRunner(study, root, threads, new ReportingProgress(progress, study, root)).Run(interrupt.Token));
        }
        catch (OperationCanceledException)
        {
            HtmlReport.Write(study, root);
            throw;
        }
        ReportCommand.Show(study, root);
        if (summary.Failed + summary.Skipped > 0)
            AnsiConsole.MarkupLineInterpolated($"[red]{summary.Failed} cells failed, {summary.Skipped} are run by another process[/]");
        return summary.Failed + summary.Skipped == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
