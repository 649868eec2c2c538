using System.CommandLine;
using Postern.Cli.Json;
using Postern.Probes;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern probes [NAME]</c>: what probes there are, what they cost, and their options.</summary>
internal static class ProbesCommand
{
    public static Command Create() => new CatalogListing<Probe>(ProbeCatalog.All, "probes", "a probe",
        "List the probes, or describe one.")
    {
        Examples = ["postern probes knock-outs"],
        Json = ProbeEntryListing.Of,
        List = List,
        Explain = p => OptionTable.Write(p, ("costs", p.Cost), ("source", p.Source), ("more", "docs/probes.md")),
    }.Create();

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("probe", "what", "cost");
        table.Columns[0].NoWrap();
        foreach (Probe probe in ProbeCatalog.All)
            table.AddRow(probe.Name, Markup.Escape(probe.Summary), Markup.Escape(probe.Cost));
        AnsiConsole.Write(table);
    }
}
