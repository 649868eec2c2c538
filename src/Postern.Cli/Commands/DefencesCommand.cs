using System.CommandLine;
using Postern.Cli.Json;
using Postern.Defences;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern defences [NAME]</c>: what defences there are, and their options.</summary>
internal static class DefencesCommand
{
    public static Command Create() => new CatalogListing<DefenceEntry>(DefenceCatalog.All, "defences", "a defence",
        "List the defences, or describe one.")
    {
        Examples = ["postern defences patch-drop"],
        Json = DefenceListing.Of,
        List = List,
        Explain = d => OptionTable.Write(d, ("needs", d.Needs), ("assumes", d.Assumes), ("source", d.Source),
            ("more", "docs/defences.md")),
    }.Create();

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("defence", "what", "source");
        table.Columns[0].NoWrap();
        foreach (DefenceEntry defence in DefenceCatalog.All)
            table.AddRow(defence.Name, Markup.Escape(defence.Summary), Markup.Escape(defence.Source));
        AnsiConsole.Write(table);
    }
}
