using System.CommandLine;
using Postern.Cli.Json;
using Postern.Datasets;
using Postern.Imaging;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern data info PATH</c>: what lies there.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Look at datasets.") { Info() };

    private static Command Info()
    {
        var path = new Argument<string>("path") { Description = "folder or file of a dataset, or 'signs'" };
        var sheet = new Option<string?>("--sheet") { Description = "write a sheet of pictures of each class to this PNG" };
        var json = new JsonOption();
        var command = new Command("info", "Print layout, sizes and counts per class.") { path, sheet, json };
        command.SetAction(parsed =>
        {
            using Dataset dataset = DatasetCatalog.OpenPath(parsed.GetValue(path)!);
            DatasetSummary summary = DatasetSummary.Of(dataset);
            if (parsed.GetValue(json)) JsonOutput.Write(DatasetListing.Of(summary));
            else Print(summary);
            if (parsed.GetValue(sheet) is string file)
            {
                ImageFile.SavePng(file, DatasetSummary.Sheet(dataset.Train));
                AnsiConsole.MarkupLineInterpolated($"pictures: {file}");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(DatasetSummary summary)
    {
        string cropped = summary.InputSize == summary.PictureSize ? "" : $", cropped to {summary.InputSize}x{summary.InputSize}";
        AnsiConsole.MarkupLineInterpolated($"[bold]{summary.Name}[/]: {summary.Layout}");
        AnsiConsole.MarkupLineInterpolated(
            $"pictures: {summary.PictureSize}x{summary.PictureSize}{cropped}; {summary.Train.Count} train, {summary.Test.Count} test; {summary.ClassNames.Count} classes");
        AnsiConsole.MarkupLineInterpolated($"train sha256: {summary.Train.Fingerprint}");
        AnsiConsole.MarkupLineInterpolated($"test  sha256: {summary.Test.Fingerprint}");
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("class").AddColumn("name")
            .AddColumn(new TableColumn("train").RightAligned()).AddColumn(new TableColumn("test").RightAligned());
        foreach ((int label, string name) in summary.ClassNames.Index())
            table.AddRow($"{label}", Markup.Escape(name), $"{summary.Train.PerClass[label]}", $"{summary.Test.PerClass[label]}");
        AnsiConsole.Write(table);
    }
}
