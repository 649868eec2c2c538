using System.CommandLine;
using Postern.Cli.Help;
using Postern.Reports.Page;
using Postern.Reports.Paper;
using Postern.Reports.SideBySide;
using Postern.Reports.Tables;
using Postern.Studies;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern report STUDY</c>: the table in the terminal and the HTML page, from records only; <c>postern report A B</c>: what
/// differs between two studies or folders of results.
/// </summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var arguments = new StudyArguments();
        var other = new Argument<string?>("other")
        {
            Description =
                "compare with this study file or folder of results, e.g. runs/NAME; the first may be a folder then, too",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var markdown = new Option<string?>("--markdown")
        {
            HelpName = "FILE",
            Description = "write the comparison to this file, too",
        };
        var html = new Option<string?>("--html")
        {
            HelpName = "FILE",
            Description = "write the comparison as a page, too",
        };
        var brief = new Option<string?>("--brief")
        {
            HelpName = "FILE",
            Description = "write the page without a card for each cell to this file, too: small enough to publish",
        };
        var command = new ShownCommand("report", "Show a study's results and write its HTML page, or compare two.",
            "postern report studies/quickstart.yaml", "postern report runs",
            "postern report runs/quickstart runs/other --markdown differences.md");
        arguments.AddTo(command);
        command.Arguments.Add(other);
        command.Options.Add(markdown);
        command.Options.Add(html);
        command.Options.Add(brief);
        command.SetAction(parsed =>
        {
            string? file = parsed.GetValue(markdown);
            string? shortPage = parsed.GetValue(brief);
            if (parsed.GetValue(other) is string second)
            {
                if (shortPage is not null)
                    throw new InputException("--brief", "is the page of one study: name no second one");
                string first = arguments.Named(parsed);
                var comparison = RunComparison.Of(Side(arguments, parsed, first), Side(arguments, parsed, second));
                Show(comparison, file);
                if (parsed.GetValue(html) is string page)
                {
                    AtomicFile.WriteText(page, ComparisonPage.Of(comparison, first, second));
                    AnsiConsole.MarkupLineInterpolated($"page: {page}");
                }
                return ExitCode.Done;
            }
            if (file is not null || parsed.GetValue(html) is not null)
                throw new InputException(file is not null ? "--markdown" : "--html",
                    "belongs to a comparison: name two studies or folders; a report has results.md and index.html");
            string named = arguments.Named(parsed);
            var damages = new List<string>();
            if (shortPage is null && StudyArguments.IsFolderOfStudies(named)
                && StudiesIndex.Write(named, damages) is string index)
            {
                AnsiConsole.MarkupLineInterpolated($"studies: {index}");
                foreach (string damage in damages) AnsiConsole.MarkupLineInterpolated($"[red]damaged[/] {damage}");
                return damages.Count == 0 ? ExitCode.Done : ExitCode.Failed;
            }
            RunFolder run = arguments.Folder(parsed, planOnly: true);
            bool whole = ShowTable(run);
            AnsiConsole.MarkupLineInterpolated($"report: {HtmlReport.Write(run, shortPage)}");
            if (shortPage is not null) AnsiConsole.MarkupLineInterpolated($"brief: {shortPage}");
            return whole ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static ComparedRuns Side(StudyArguments arguments, ParseResult parsed, string path)
    {
        if (File.Exists(path)) return ComparedRuns.Of(arguments.Folder(parsed, planOnly: true, path));
        if (arguments.HasChoices(parsed))
            throw new InputException(path, "is no study file: --set and --only belong to study files");
        return ComparedRuns.OfFolder(path);
    }

    private static void Show(RunComparison comparison, string? file)
    {
        foreach (ComparisonTable compared in ComparisonTable.Of(comparison))
        {
            Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(MarkdownComparison.Title(comparison)))
                .Caption("in percent, AUROC from 0 to 1; differences in points, ± half of their 95% interval")
                .AddColumns([.. compared.Heads.Select((h, i) =>
                    i < compared.Names ? new TableColumn(h) : new TableColumn(h).RightAligned())]);
            foreach (ComparisonFields row in compared.Rows) table.AddRow([.. row.Fields.Select(Markup.Escape)]);
            AnsiConsole.Write(table);
        }
        foreach (string note in MarkdownComparison.Notes(comparison)) AnsiConsole.MarkupLineInterpolated($"{note}");
        if (file is null) return;
        AtomicFile.WriteText(file, MarkdownComparison.Export(comparison));
        AnsiConsole.MarkupLineInterpolated($"comparison: {file}");
    }

    /// <summary>Prints the table of <paramref name="run"/>.</summary>
    /// <returns>Whether no record is damaged.</returns>
    public static bool ShowTable(RunFolder run)
    {
        StudySummary summary = StudySummary.Read(run);
        ResultTable results = summary.Table;
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(results.Title))
            .Caption(Markup.Escape($"ACC / ASR (RA) in percent{(results.Settings.Length > 0 ? $"; {results.Settings}" : "")}"))
            .AddColumns([.. results.RowNames.Select(Markup.Escape)])
            .AddColumns([.. results.Models.Select(m => new TableColumn(Markup.Escape(m)).RightAligned())]);
        foreach (ResultRow row in results.Rows)
        {
            string[] cells = [.. results.NamesOf(row),
                .. row.Entries.Select(e => e.Ra is Measure ra ? $"{e.Text} ({ra})" : e.Text)];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        ShowDetectors(results.Detectors);
        foreach (string note in results.Notes) AnsiConsole.MarkupLineInterpolated($"{note}");
        foreach (ClaimResult claim in PaperComparison.Read(summary)?.Claims ?? [])
        {
            string remark = claim.Remark.Length > 0 ? $" ({claim.Remark})" : "";
            AnsiConsole.MarkupLineInterpolated($"claim {claim.Number}, {claim.Text}{remark}: {claim.Claim.Text}");
        }
        foreach (string damage in summary.Damages) AnsiConsole.MarkupLineInterpolated($"[red]damaged[/] {damage}");
        return !summary.Damages.Any();
    }

    /// <summary>Prints what detectors found, where there are any.</summary>
    public static void ShowDetectors(DetectionTable found)
    {
        if (found.Rows.Count == 0) return;
        Table detectors = new Table().Border(TableBorder.Rounded).Title("detectors")
            .Caption("AUROC; TPR and FPR in percent at the detector's own threshold")
            .AddColumns([.. found.Heads.Select((h, i) =>
                i < found.Names ? new TableColumn(h) : new TableColumn(h).RightAligned())]);
        foreach (DetectionRow row in found.Rows) detectors.AddRow([.. found.FieldsOf(row).Select(Markup.Escape)]);
        AnsiConsole.Write(detectors);
    }
}
