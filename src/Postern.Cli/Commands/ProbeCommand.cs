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
        var intervene = new Option<string[]>("--intervene")
        {
            HelpName = "CHANGE",
            Description =
                $"of {Usual} only these: horizon-12, edge-cut@3+8-11 and others of 'postern probes {Usual}' (repeatable)",
        };
        var option = new Option<string[]>("--option")
        {
            HelpName = "KEY=VALUE",
            Description = "an option of each probe that is named, see 'postern probes NAME' (repeatable)",
        };
        var threads = new ThreadsOption("libtorch and the loaders");
        var json = new JsonOption("print what was found as a JSON array");
        var command = new ShownCommand("probe", "Look into finished networks, to see what their backdoors hang on.",
            "postern probe runs/quickstart --only model=vim-mini",
            "postern probe runs/quickstart --only attack=badnets --pictures 0",
            "postern probe runs/quickstart --intervene edge-cut@40-47")
        {
            probes, pictures, intervene, option, threads, json,
        };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            RunFolder run = arguments.Folder(parsed, planOnly: false);
            int budget = parsed.GetValue(threads);
            Dictionary<string, string> given = Given(parsed.GetValue(option) ?? []);
            if (parsed.GetResult(pictures) is not null)
                given[Probe.PicturesOption] = parsed.GetValue(pictures).ToString(CultureInfo.InvariantCulture);
            if (parsed.GetValue(intervene) is { Length: > 0 } changes) given["intervene"] = string.Join(' ', changes);
            IReadOnlyList<Choice> chosen = Chosen(parsed.GetValue(probes) ?? [], given);
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

    private static Dictionary<string, string> Given(IEnumerable<string> options)
    {
        Dictionary<string, string> given = [];
        foreach (string option in options)
        {
            if (option.Split('=', 2) is not [{ Length: > 0 } key, string value])
                throw new InputException("--option", $"'{option}' is not of the form KEY=VALUE, e.g. pictures=100");
            given[key] = value;
        }
        return given;
    }

    private static IReadOnlyList<Choice> Chosen(IReadOnlyList<string> names, IReadOnlyDictionary<string, string> given)
    {
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
