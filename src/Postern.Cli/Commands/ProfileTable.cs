using System.Globalization;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>Where the time of a study's cells went, from their <c>profile.json</c>: over all, and as shares by model.</summary>
internal static class ProfileTable
{
    /// <summary>Prints the table for the cells that have a profile, those of earlier runs included.</summary>
    public static void Write(RunFolder run)
    {
        Cell[] cells = [.. run.Study.Work.Cells];
        (Cell Cell, CellProfile Profile)[] measured =
            [.. cells.Select(c => (c, run.Of(c).ReadProfile())).Where(p => p.Item2 is not null).Select(p => (p.c, p.Item2!))];
        if (measured.Length == 0)
        {
            AnsiConsole.MarkupLine("no cell has a profile: those that were done before ran without --profile");
            return;
        }
        CellProfile all = Sum(measured);
        (string Model, int Cells, CellProfile Profile)[] models =
            [.. measured.GroupBy(m => m.Cell.ModelLabel).Select(g => (g.Key, g.Count(), Sum(g)))];
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("where the time went").AddColumn("seconds", Right)
            .AddColumn("share", Right);
        foreach ((string model, _, _) in models) table.AddColumn(Markup.Escape(model), Right);
        for (int part = 0; part < all.Parts.Count; part++)
        {
            (string name, double seconds) = all.Parts[part];
            Add(table, name, Number(seconds), Share(seconds, all),
                models.Select(m => Share(m.Profile.Parts[part].Seconds, m.Profile)));
        }
        Add(table, "seconds", Number(all.Seconds), "", models.Select(m => Number(m.Profile.Seconds)));
        Add(table, "cells", measured.Length.ToString(CultureInfo.InvariantCulture), "",
            models.Select(m => m.Cells.ToString(CultureInfo.InvariantCulture)));
        Add(table, "img/s", Rate(all), "", models.Select(m => Rate(m.Profile)));
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated(
            $"{measured.Length} of {cells.Length} cells, those run with --profile; seconds of cells side by side are added up, img/s are those of one cell");
    }

    private static void Add(Table table, string name, string seconds, string share, IEnumerable<string> models) =>
        table.AddRow([name, seconds, share, .. models]);

    private static CellProfile Sum(IEnumerable<(Cell Cell, CellProfile Profile)> cells) =>
        cells.Aggregate(CellProfile.Empty, (sum, c) => sum + c.Profile);

    private static string Number(double seconds) => seconds.ToString("f1", CultureInfo.InvariantCulture);

    private static string Share(double seconds, CellProfile all) =>
        (all.Seconds > 0 ? seconds / all.Seconds : 0).ToString("p1", CultureInfo.InvariantCulture);

    private static string Rate(CellProfile profile) => profile.ImagesPerSecond.ToString("f0", CultureInfo.InvariantCulture);

    private static void Right(TableColumn column) => column.RightAligned();
}
