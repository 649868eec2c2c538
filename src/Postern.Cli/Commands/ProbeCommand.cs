using System.CommandLine;
using System.Globalization;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Evaluation;
using Postern.Probes;
using Postern.Studies;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern probe STUDY</c>: what the backdoor of each finished Vim hangs on.</summary>
internal static class ProbeCommand
{
    private const int UsualPictures = 500;

    public static Command Create()
    {
        var arguments = new StudyArguments();
        var pictures = new Option<int>("--pictures")
        {
            HelpName = "NUMBER",
            Description = "clean and triggered test pictures of each, every class at its share; 0 for all",
            DefaultValueFactory = _ => UsualPictures,
        };
        pictures.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }] && int.TryParse(text, out int count) && count < 0)
                result.AddError("--pictures must be at least 0");
        });
        var threads = new ThreadsOption("libtorch and the loaders");
        var json = new JsonOption("print what was found as a JSON array");
        var command = new ShownCommand("probe",
            "Cut parts out of finished Vims while they are tested, to see what their backdoors hang on.",
            "postern probe runs/quickstart --only model=vim-mini",
            "postern probe runs/quickstart --only attack=badnets --pictures 0")
        {
            pictures, threads, json,
        };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            RunFolder run = arguments.Folder(parsed, planOnly: false);
            int budget = parsed.GetValue(threads);
            TorchThreads.Use(new ThreadBudget(budget));
            var probe = new CellProbe(run, budget);
            (List<KnockOutRecord> found, List<string> left) = Try(run, probe, parsed.GetValue(pictures));
            if (found.Count == 0) throw new InputException(run.Path, $"has no cell to probe: {string.Join("; ", left)}");
            if (parsed.GetValue(json)) JsonOutput.Write(found.Select(KnockOutListing.Of));
            else
            {
                foreach (KnockOutRecord record in found) Show(run, record);
                foreach (string reason in left) AnsiConsole.MarkupLineInterpolated($"left out: {reason}");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static (List<KnockOutRecord> Found, List<string> Left) Try(RunFolder run, CellProbe probe, int pictures)
    {
        using var interrupt = new Interrupt();
        List<KnockOutRecord> found = [];
        List<string> left = [];
        foreach (Cell cell in run.Study.Cells)
        {
            string? unfit = probe.Unfit(cell);
            try
            {
                if (unfit is null) found.Add(probe.Run(cell, pictures, cancel: interrupt.Token));
            }
            catch (InputException e) when (e.Message.StartsWith($"{cell.Id}: ", StringComparison.Ordinal))
            {
                unfit = e.Message[(cell.Id.Length + 2)..];
            }
            if (unfit is not null) left.Add($"{cell.Id}: {unfit}");
        }
        return (found, left);
    }

    private static void Show(RunFolder run, KnockOutRecord record)
    {
        KnockOutResult found = record.Result;
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(record.Id))
            .Caption(
                "in percent; changes in points with their 95% interval; kept: of the triggered pictures that were taken for the "
                + "target, those that still are")
            .AddColumns("knock-out", "what is cut");
        foreach (string head in new[] { "ACC", "change", "ASR", "change", "kept" })
            table.AddColumn(new TableColumn(head).RightAligned());
        table.AddRow("none", "", Percent(found.Acc), "", Percent(found.Asr), "", "");
        foreach (KnockOutRow row in found.Rows)
            table.AddRow(row.Name, row.Meaning, Percent(row.Acc), Markup.Escape(Points(row.AccChange)), Percent(row.Asr),
                Markup.Escape(Points(row.AsrChange)), Percent(row.Kept));
        AnsiConsole.Write(table);
        string tokens = string.Join(", ", found.Trigger.Tokens);
        string place = found.Trigger.IsLocal
            ? $"the trigger is in the tokens {tokens}; the class token is {found.Trigger.ClassToken}"
            : "the trigger is in no patch alone: nothing is cut at its tokens";
        AnsiConsole.MarkupLineInterpolated($"{place}");
        string file = Path.Combine(run.Path, record.Id, KnockOutRecord.FileName);
        AnsiConsole.MarkupLineInterpolated($"written: {file}");
    }

    private static string Percent(Proportion share) => share.Total == 0 ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{100 * share.Value:f2}");

    private static string Points(PairedChange change) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * change.Value:+0.0;-0.0;0.0} [{100 * change.Low:+0.0;-0.0;0.0}, {100 * change.High:+0.0;-0.0;0.0}]");
}
