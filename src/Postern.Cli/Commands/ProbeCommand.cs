using System.CommandLine;
using System.Globalization;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Configuration;
using Postern.Probes;
using Postern.Studies;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern probe STUDY|CELL</c>: looks into the networks of finished cells.</summary>
internal static class ProbeCommand
{
    private const string Usual = "knock-outs";

    public static Command Create()
    {
        var arguments = new StudyArguments(takesCell: true);
        var probes = new Option<string[]>("--probe")
        {
            HelpName = "NAME",
            Description = $"a probe of 'postern probes', or all (repeatable); {Usual} where none is named",
        };
        probes.CompletionSources.Add(_ => ProbeCatalog.All.Select(p => p.Name));
        var pictures = new CountOption("--pictures", least: 0)
        {
            Description = "clean and triggered test pictures of each, every class at its share; 0 for all; each probe's own "
                + "number where it is not given",
        };
        var threads = new ThreadsOption("libtorch and the loaders");
        var json = new JsonOption("print what was found as a JSON array");
        var command = new ShownCommand("probe", "Look into finished networks, to see what their backdoors hang on.",
            "postern probe runs/quickstart --only model=vim-mini",
            "postern probe runs/quickstart --only attack=badnets --pictures 0")
        {
            probes, pictures, threads, json,
        };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            RunFolder run = arguments.Folder(parsed, planOnly: false);
            int budget = parsed.GetValue(threads);
            IReadOnlyList<Choice> chosen = Chosen(parsed.GetValue(probes) ?? [],
                parsed.GetResult(pictures) is null ? null : parsed.GetValue(pictures));
            TorchThreads.Use(new ThreadBudget(budget));
            (List<ProbeRecord> found, List<string> left) = Look(run, chosen, budget);
            if (found.Count == 0) throw new InputException(run.Path, $"has no cell to probe: {string.Join("; ", left)}");
            if (parsed.GetValue(json)) JsonOutput.Write(found.Select(ProbeListing.Of));
            else
            {
                foreach (ProbeRecord record in found) ProbeTables.Write(run, record);
                foreach (string reason in left) AnsiConsole.MarkupLineInterpolated($"left out: {reason}");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static IReadOnlyList<Choice> Chosen(IReadOnlyList<string> names, int? pictures)
    {
        Dictionary<string, string> given = [];
        if (pictures is int count) given[Probe.PicturesOption] = count.ToString(CultureInfo.InvariantCulture);
        IEnumerable<Probe> wanted = names.Contains("all") ? ProbeCatalog.All
            : names.DefaultIfEmpty(Usual).Distinct().Select(name => ProbeCatalog.All.Get(name, "--probe"));
        return [.. wanted.Select(p => new Choice(p, given, "--probe"))];
    }

    private static (List<ProbeRecord> Found, List<string> Left) Look(RunFolder run, IReadOnlyList<Choice> probes, int threads)
    {
        using var interrupt = new Interrupt();
        using var looking = new CellProbe(run, threads);
        List<ProbeRecord> found = [];
        List<string> left = [];
        foreach (Cell cell in run.Study.Cells)
        {
            List<Choice> fit = [];
            foreach (Choice probe in probes)
            {
                if (looking.Unfit(cell, probe.EntryAs<Probe>()) is string why)
                    left.Add(probes.Count == 1 ? $"{cell.Id}: {why}" : $"{cell.Id}, {probe.Name}: {why}");
                else fit.Add(probe);
            }
            if (fit.Count == 0) continue;
            found.AddRange(ProbeBar.Show(cell.Id, progress => looking.Run(cell, fit, progress, interrupt.Token)));
        }
        return (found, left);
    }
}
