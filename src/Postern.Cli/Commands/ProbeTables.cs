using Postern.Probes;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>What a probe found, for a terminal: its tables, or its numbers where it has none.</summary>
internal static class ProbeTables
{
    public static void Write(RunFolder run, ProbeRecord record)
    {
        ProbeFinding found = record.Finding;
        AnsiConsole.MarkupLineInterpolated($"[bold]{record.Id}[/]  {record.Probe}");
        foreach (ProbeTable table in found.Tables) Write(table);
        if (found.Tables.Count == 0) Write(OfNumbers(found));
        foreach (string note in found.Notes) AnsiConsole.MarkupLineInterpolated($"{note}");
        string folder = run.Of(run.Study.Cells.First(c => c.Id == record.Id)).Folder;
        string file = record.PathIn(folder);
        AnsiConsole.MarkupLineInterpolated($"written: {file}");
        foreach ((int i, ProbeMap map) in found.Maps.Index())
        {
            string picture = record.PictureOf(folder, i);
            AnsiConsole.MarkupLineInterpolated($"drawn: {picture} ({map.Title})");
        }
    }

    private static ProbeTable OfNumbers(ProbeFinding found) => new("", ["what", "value", "unit"],
        [.. found.Numbers.Select(n => new ProbeEntry[] { n.Title, n.Value, Quantity.NameOf(n.Value.Unit) })]);

    private static void Write(ProbeTable shown)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        if (shown.Title.Length > 0) table.Title(Markup.Escape(shown.Title));
        if (shown.Caption.Length > 0) table.Caption(Markup.Escape(shown.Caption));
        foreach ((int i, string head) in shown.Heads.Index())
        {
            var column = new TableColumn(Markup.Escape(head));
            table.AddColumn(shown.Rows.Any(r => r[i].Number is not null) ? column.RightAligned() : column);
        }
        foreach (IReadOnlyList<ProbeEntry> row in shown.Rows) table.AddRow([.. row.Select(e => Markup.Escape(Text(e)))]);
        AnsiConsole.Write(table);
    }

    // A share's interval follows from the pictures, and would make the table too wide; files and pages have it.
    private static string Text(ProbeEntry entry) =>
        entry.Number is { Unit: ProbeUnit.Share } share ? share.Number(share.Value) : entry.ToString();
}
