using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Probes;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern probes [NAME]</c>: what probes there are, what they cost, and their options.</summary>
internal static class ProbesCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "a probe, for its options", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => ProbeCatalog.All.Select(p => p.Name));
        var json = new JsonOption();
        var command = new ShownCommand("probes", "List the probes, or describe one.", "postern probes knock-outs") { name, json };
        command.SetAction(parsed =>
        {
            bool asJson = parsed.GetValue(json);
            if (parsed.GetValue(name) is not string wanted)
            {
                if (asJson) JsonOutput.Write(ProbeCatalog.All.Select(ProbeEntryListing.Of));
                else List();
                return ExitCode.Done;
            }
            Probe probe = ProbeCatalog.All.Get(wanted, "probes");
            if (asJson) JsonOutput.Write(ProbeEntryListing.Of(probe));
            else Explain(probe);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Explain(Probe probe)
    {
        OptionTable.Write(probe);
        foreach ((string what, string text) in new[]
        {
            ("costs", probe.Cost), ("source", probe.Source), ("more", "docs/probes.md"),
        })
        {
            if (text.Length > 0) AnsiConsole.MarkupLineInterpolated($"{what}: {text}");
        }
    }

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("probe", "what", "cost");
        table.Columns[0].NoWrap();
        foreach (Probe probe in ProbeCatalog.All)
            table.AddRow(probe.Name, Markup.Escape(probe.Summary), Markup.Escape(probe.Cost));
        AnsiConsole.Write(table);
    }
}
