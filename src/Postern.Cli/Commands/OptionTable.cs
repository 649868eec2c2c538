using Postern.Configuration;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>What a study may set on an entry of a catalogue.</summary>
internal static class OptionTable
{
    public static void Write(ICatalogEntry entry)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{entry.Name}[/]: {entry.Summary}");
        if (entry.Options.Count == 0) return;
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("option", "default", "meaning");
        foreach (OptionInfo option in entry.Options)
        {
            string allowed = option.Allowed.All(a => option.Meaning.Contains(a, StringComparison.Ordinal))
                ? "" : $" ({string.Join(", ", option.Allowed)})";
            table.AddRow(option.Name, Markup.Escape(option.Default.Length == 0 ? "-" : option.Default),
                Markup.Escape(option.Meaning + allowed));
        }
        AnsiConsole.Write(table);
    }
}
