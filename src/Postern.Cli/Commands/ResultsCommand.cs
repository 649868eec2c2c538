using System.CommandLine;
using Postern.Cli.Help;
using Postern.Reports.Data;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern results [PATH...]</c>: a row for each cell of any number of studies, from records only.</summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "folders of results (runs, runs/NAME, a cell's) or study files; runs where none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var format = new Option<string?>("--format")
        {
            HelpName = "FORMAT",
            Description = "csv, parquet or json; where it is not given, the ending of --out, else csv",
        };
        format.AcceptOnlyFromAmong([.. CellTableWriters.All.Select(w => w.Name)]);
        var output = new Option<string?>("--out")
        {
            HelpName = "FILE",
            Description = "write to this file; standard output where it is not given",
        };
        var runs = new Option<string>("--runs")
        {
            HelpName = "FOLDER",
            Description = "where the results of study files are",
            DefaultValueFactory = _ => "runs",
        };
        var command = new ShownCommand("results",
            "Print one row a cell, with options, numbers, paths and machine, for other programs.",
            "postern results runs --out cells.csv", "postern results runs/quickstart runs/other --out cells.parquet")
        {
            paths, format, output, runs,
        };
        command.SetAction(parsed =>
        {
            string[] named = parsed.GetValue(paths) is { Length: > 0 } given ? given : ["runs"];
            string? file = parsed.GetValue(output);
            ICellTableWriter writer = Writer(parsed.GetValue(format), file);
            if (file is null && !writer.IsText)
                throw new InputException("--format", $"{writer.Name} is no text: name a file with --out");
            var damages = new List<string>();
            RecordedCell[] cells =
                [.. named.SelectMany(p => Cells(p, parsed.GetValue(runs)!, damages)).DistinctBy(c => c.Folder)];
            // Not among the rows, which other programs read.
            foreach (string damage in damages.Distinct())
                parsed.InvocationConfiguration.Error.WriteLine(ErrorText.Line(damage));
            int code = damages.Count == 0 ? ExitCode.Done : ExitCode.Failed;
            CellTable table = new CellData(StudyArguments.Catalogs).Of(cells);
            if (file is null)
            {
                using Stream console = Console.OpenStandardOutput();
                writer.Write(table, console);
                return code;
            }
            AtomicFile.Write(file, stream => writer.Write(table, stream));
            AnsiConsole.MarkupLineInterpolated($"{table.Rows.Count} cells, {table.Columns.Count} columns: {file}");
            return code;
        });
        return command;
    }

    private static ICellTableWriter Writer(string? format, string? file)
    {
        string? ending = file is null ? null : Path.GetExtension(file).TrimStart('.').ToLowerInvariant();
        return CellTableWriters.All.FirstOrDefault(w => w.Name == (format ?? ending)) ?? CellTableWriters.All[0];
    }

    private static IReadOnlyList<RecordedCell> Cells(string path, string runs, List<string> damages)
    {
        IReadOnlyList<RecordedCell> cells;
        if (Directory.Exists(path)) cells = RecordedCell.At(path, damages);
        else
        {
            if (!File.Exists(path))
                throw new InputException(path,
                    "there is no such file or folder; name a folder of results such as runs, or a study");
            var run = new RunFolder(StudyArguments.ReadFile(path, [], planOnly: true), runs);
            cells = [.. run.Study.Cells.Select(c => RecordedCell.ReadOr(run.Of(c).Folder, damages)).OfType<RecordedCell>()];
        }
        return cells.Count + damages.Count > 0
            ? cells : throw new InputException(path, "holds no cells that have begun; see postern run");
    }
}
