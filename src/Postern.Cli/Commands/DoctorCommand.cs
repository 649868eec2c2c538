using System.CommandLine;
using System.Text.Json;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Models;
using Postern.Native;
using Postern.Native.Paths;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern doctor</c>: what this machine offers, whether it computes rightly, and the cure of what is wrong.
/// </summary>
internal static class DoctorCommand
{
    /// <summary>As it is typed.</summary>
    public const string Name = "doctor";

    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            HelpName = "FOLDER",
            Description = "folder of results, for the free disk",
            DefaultValueFactory = _ => "runs",
        };
        var thorough = new Option<bool>("--thorough")
        {
            Description = "also every model of the catalogue against its plain twin (a minute or two)",
        };
        var device = new Option<string?>("--device")
        {
            HelpName = "cuda[:N]",
            Description = "with --thorough: compare the kernels of this card, which studies may use once they have passed",
        };
        var goldens = new Option<string?>("--goldens")
        {
            HelpName = "FOLDER",
            Description = "with --thorough: compare networks with what the official code gave, as the files of this folder say",
        };
        var json = new JsonOption();
        var attempt = new Option<string?>(CandidateProcess.Switch) { Hidden = true };
        var command = new ShownCommand(Name,
            "Look at everything that Postern needs from this machine, and compare each fast path with the plain one.",
            "postern doctor")
        {
            output, thorough, device, goldens, json, attempt,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(attempt) is string wanted) return Try(wanted);
            string? card = parsed.GetValue(device), folder = parsed.GetValue(goldens);
            if (card is not null && !parsed.GetValue(thorough))
                throw new InputException("--device", "belongs to --thorough, which compares; postern doctor alone lists cards");
            if (folder is not null && !parsed.GetValue(thorough))
                throw new InputException("--goldens", "belongs to --thorough, which compares");
            IReadOnlyList<Finding> findings = Doctor.Examine(parsed.GetValue(output)!);
            bool loads = !findings.Any(f => f.Fatal);
            findings = [.. findings, .. CudaFindings.Examine(loads)];
            if (loads && card is not null) findings = [.. findings, .. CudaTrial.Of(card, "--device", folder)];
            else if (loads && folder is not null) findings = [.. findings, .. Goldens(folder)];
            bool right = !findings.Any(f => f.Fatal);
            IReadOnlyList<PathReport> paths = loads ? SelfCheck.Examine() : [];
            IReadOnlyList<ModelTrial> models = loads && parsed.GetValue(thorough) ? Twins() : [];
            if (parsed.GetValue(json))
                JsonOutput.Write<IReadOnlyList<FindingListing>>([.. findings.Select(FindingListing.Of),
                    .. paths.Select(FindingListing.Of), .. models.Select(FindingListing.Of)]);
            else Print(findings, paths, models);
            return right && paths.All(p => p.Chosen is not null || p.IsOptional) && models.All(m => m.Passes)
                ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static IEnumerable<Finding> Goldens(string folder) => GoldenTrial.In(folder).Select(path =>
        GoldenTrial.Of(path, ComputeDevice.Cpu).Finding(PathFinding.ModelCure));

    private static IReadOnlyList<ModelTrial> Twins() => AnsiConsole.Progress().AutoClear(true).Start(context =>
    {
        ProgressTask task = context.AddTask("models", maxValue: ModelCatalog.All.Count);
        return ModelCatalog.All.Select(entry =>
        {
            ModelTrial trial = ModelTrial.Of(entry);
            task.Increment(1);
            return trial;
        }).ToList();
    });

    /// <summary>
    /// Tries one candidate here and prints what came of it, for a process that does not want to be taken down by it.
    /// </summary>
    private static int Try(string wanted)
    {
        TorchRuntime.Load();
        (string name, string candidate) = PathWishes.Read(wanted, SelfCheck.Paths).Single();
        IFastPath path = SelfCheck.Paths.First(p => p.Name == name);
        Trial trial = Ladder.Here(path, path.Candidates.First(c => c.Name == candidate));
        Console.Out.Write(JsonSerializer.Serialize(trial, CandidateProcess.JsonFormat));
        return ExitCode.Done;
    }

    private static void Print(IEnumerable<Finding> findings, IReadOnlyList<PathReport> paths, IReadOnlyList<ModelTrial> models)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (Finding finding in findings.Concat(paths.Select(PathFinding.Of)).Concat(models.Select(PathFinding.Of)))
        {
            string mark = finding.Cure is null ? "[green]ok[/]" : finding.Fatal ? "[red]wrong[/]" : "[yellow]note[/]";
            string text = Markup.Escape(finding.Value)
                + (finding.Cure is null ? "" : $"\n[bold]cure:[/] {Markup.Escape(finding.Cure)}");
            grid.AddRow(mark, $"[bold]{finding.Name}[/]", text);
        }
        AnsiConsole.Write(grid);
        if (paths.Count > 0) PrintCandidates(paths);
    }

    private static void PrintCandidates(IReadOnlyList<PathReport> paths)
    {
        Table table = new Table().Title("ways to compute, against plain loops in double precision")
            .AddColumns("path", "candidate", "outcome", "largest difference");
        foreach (PathReport path in paths)
        {
            foreach (Trial trial in path.Trials)
            {
                string name = trial.Candidate == path.Chosen ? $"[bold]{trial.Candidate}[/] (in use)" : trial.Candidate;
                table.AddRow(path.Path, name, trial.Word, Markup.Escape(trial.Detail));
            }
        }
        AnsiConsole.Write(table);
    }
}
