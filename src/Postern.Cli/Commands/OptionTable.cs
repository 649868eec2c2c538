using Postern.Configuration;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>What a study may set on an entry of a catalogue.</summary>
internal static class OptionTable
{
    /// <summary>Prints an entry's options and what else there is to say of it; what is empty is left out.</summary>
    public static void Write(ICatalogEntry entry, params IEnumerable<(string What, string Text)> more)
    {
        Write(entry);
        foreach ((string what, string text) in more)
            if (text.Length > 0) AnsiConsole.MarkupLineInterpolated($"{what}: {text}");
    }

    /// <summary>Prints an entry's options.</summary>
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
