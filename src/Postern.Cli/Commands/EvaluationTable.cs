using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Studies;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Postern.Cli.Commands;

/// <summary>What <c>postern eval</c> prints: a row for each attack and defence, every share with its interval.</summary>
internal static class EvaluationTable
{
    /// <summary>Prints the finished cells of <paramref name="run"/>, and where the rest is.</summary>
    /// <param name="run">The evaluation.</param>
    /// <param name="page">Its report.</param>
    public static void Write(RunFolder run, string page)
    {
        Study study = run.Study;
        Cell first = study.Cells[0];
        bool defended = study.Cells.Any(c => c.IsDefended), seeded = study.Cells.Any(c => c.Seed != first.Seed);
        Table table = new Table().Border(TableBorder.Rounded)
            .Title(Markup.Escape($"{Path.GetFileName(study.FilePath)} ({first.ModelLabel}) on {first.DatasetLabel}"))
            .Caption("in percent, with 95% intervals").AddColumn("attack");
        if (defended) table.AddColumn("defence");
        if (seeded) table.AddColumn("seed");
        foreach (string head in new[] { "ACC", "ASR", "RA" }) table.AddColumn(new TableColumn(head).RightAligned());
        foreach (Cell cell in study.Cells.Where(c => !c.OnlyDetects))
        {
            Measurement? measured = run.Of(cell).ReadResult()?.Measurements[0];
            string[] row =
            [
                cell.AttackLabel, .. defended ? new[] { cell.DefenceLabel } : [],
                .. seeded ? new[] { cell.Seed.ToString(CultureInfo.InvariantCulture) } : [],
                Text(measured?.Acc), Text(measured?.Asr), Text(measured?.Ra),
            ];
            table.AddRow([.. row.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        ReportCommand.ShowDetectors(StudySummary.Read(run).Table.Detectors);
        AnsiConsole.MarkupLineInterpolated($"report: {page}");
    }

    private static string Text(Proportion? share) => share is Proportion p && p.Total > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * p.Value:f2} [{100 * p.Low:f2}, {100 * p.High:f2}]") : "-";
}
