using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Defences;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern defences [NAME]</c>: what defences there are, and their options.</summary>
internal static class DefencesCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "a defence, for its options", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => DefenceCatalog.All.Select(d => d.Name));
        var json = new JsonOption();
        var command = new ShownCommand("defences", "List the defences, or describe one.",
            "postern defences patch-drop") { name, json };
        command.SetAction(parsed =>
        {
            bool asJson = parsed.GetValue(json);
            if (parsed.GetValue(name) is not string wanted)
            {
                if (asJson) JsonOutput.Write(DefenceCatalog.All.Select(DefenceListing.Of));
                else List();
                return ExitCode.Done;
            }
            DefenceEntry entry = DefenceCatalog.All.Get(wanted, "defences");
            if (asJson) JsonOutput.Write(DefenceListing.Of(entry));
            else Explain(entry);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Explain(DefenceEntry entry)
    {
        OptionTable.Write(entry);
        foreach ((string what, string text) in new[]
        {
            ("needs", entry.Needs), ("assumes", entry.Assumes), ("source", entry.Source), ("more", "docs/defences.md"),
        })
        {
            if (text.Length > 0) AnsiConsole.MarkupLineInterpolated($"{what}: {text}");
        }
    }

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("defence", "what", "source");
        table.Columns[0].NoWrap();
        foreach (DefenceEntry defence in DefenceCatalog.All)
            table.AddRow(defence.Name, Markup.Escape(defence.Summary), Markup.Escape(defence.Source));
        AnsiConsole.Write(table);
    }
}
