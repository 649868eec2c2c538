using System.CommandLine;
using Postern.Reports;
using Postern.Reports.Paper;
using Postern.Studies;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Postern.Cli.Commands;

/// <summary><c>postern report STUDY</c>: the table in the terminal and the HTML page, from records only.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var arguments = new StudyArguments();
        var command = new Command("report", "Show a study's results and write its HTML page.");
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            Show(arguments.Read(parsed, planOnly: true), arguments.Output(parsed));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Prints the table and writes the page.</summary>
    public static void Show(Study study, string root)
    {
        StudySummary summary = StudySummary.Read(study, root);
        ResultTable results = summary.Table;
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(results.Title)).Caption(Markup.Escape("ACC / ASR (RA) in percent"))
            .AddColumns([.. results.RowNames]).AddColumns([.. results.Models.Select(m => new TableColumn(Markup.Escape(m)).RightAligned())]);
        foreach (ResultRow row in results.Rows)
        {
            string[] cells = [.. results.NamesOf(row), .. row.Entries.Select(e => e.Ra is Measure ra ? $"{e.Text} ({ra})" : e.Text)];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        foreach (ClaimResult claim in PaperComparison.Read(summary)?.Claims ?? [])
            AnsiConsole.MarkupLineInterpolated($"claim {claim.Number}, {claim.Text}: {claim.Claim.Text}");
        AnsiConsole.MarkupLineInterpolated($"report: {HtmlReport.Write(study, root)}");
    }
}
