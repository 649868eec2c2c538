using System.CommandLine;
using Postern.Cli.Progress;
using Postern.Kernels;
using Postern.Native;
using Postern.Reports;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern run STUDY</c>: trains and evaluates every cell that is not done, then writes the report.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var arguments = new StudyArguments();
        var dryRun = new Option<bool>("--dry-run") { Description = "list the cells and their state, run nothing" };
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
        var command = new Command("run", "Run a study: every cell that is not done yet, then the report.") { dryRun, threads };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            Study study = arguments.Read(parsed, planOnly: parsed.GetValue(dryRun));
            string root = arguments.Output(parsed);
            return parsed.GetValue(dryRun) ? DryRun(study, root) : Run(study, root, parsed.GetValue(threads));
        });
        return command;
    }

    private static int DryRun(Study study, string root)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("cell", "dataset", "model", "attack", "seed", "state");
        foreach (Cell cell in study.Cells)
        {
            CellState state = new CellDirectory(study.Folder(root), cell).State;
            table.AddRow(new[] { cell.Id, cell.DatasetLabel, cell.ModelLabel, cell.AttackLabel, $"{cell.Seed}", state.Phase == CellPhase.NotStarted ? "-" : $"{state.Phase}" }
                .Select(text => Markup.Escape(text)).ToArray());
        }
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated($"{study.Cells.Count} cells, nothing run");
        return ExitCode.Done;
    }

    private static int Run(Study study, string root, int threads)
    {
        TorchRuntime.Load();
        TorchSharp.torch.set_num_threads(threads);
        KernelThreads.Count = threads;
        using var interrupt = new Interrupt();
        RunSummary summary;
        try
        {
            summary = RunProgress.Show(study, root, progress => new StudyRunner(study, root, threads, progress).Run(interrupt.Token));
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
