using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern data info PATH</c>: what lies there; <c>get</c> is <see cref="DataGetCommand"/>.</summary>
internal static class DataCommand
{
    public static Command Create() =>
        new ShownCommand("data", "Look at what lies on disk, or fetch a dataset.", "postern data info cifar-10-batches-bin",
            "postern data get cifar10 --to data/cifar10") { Info(), DataGetCommand.Create() };

    private static Command Info()
    {
        var path = new Argument<string>("path") { Description = "folder or file of a dataset, or 'signs'" };
        var sheet = new Option<string?>("--sheet")
        {
            HelpName = "FILE.png",
            Description = "write a sheet of pictures of each class to this PNG",
        };
        var check = new Option<bool>("--check")
        {
            Description =
                "decode every picture that no earlier check has decoded, on all cores, and list those that cannot be read",
        };
        var json = new JsonOption();
        var command = new ShownCommand("info", "Print layout, sizes and counts per class.",
            "postern data info signs", "postern data info pictures --check --sheet sheet.png")
         { path, sheet, check, json };
        command.SetAction(parsed =>
        {
            Choice choice = DatasetCatalog.ChoiceAt(parsed.GetValue(path)!);
            bool asJson = parsed.GetValue(json), isChecked = parsed.GetValue(check);
            using Dataset dataset = DatasetCatalog.Open(isChecked ? UnreadablePictures.Kept(choice) : choice);
            using var interrupt = new Interrupt();
            DatasetCheck found = SweepBars.Show(dataset, isChecked, interrupt.Token);
            if (isChecked && !asJson) CheckLines.WriteUnreadable(found);
            DatasetSummary summary = DatasetSummary.Of(dataset);
            if (asJson) JsonOutput.Write(DatasetListing.Of(summary, isChecked ? found : null, StudyLines.Of(choice)));
            else Print(summary, StudyLines.Of(choice));
            if (isChecked && !asJson) CheckLines.WriteCounts(found);
            if (parsed.GetValue(sheet) is string file)
            {
                ImageFile.SavePng(file, DatasetSummary.Sheet(dataset.Train));
                AnsiConsole.MarkupLineInterpolated($"pictures: {file}");
            }
            if (isChecked && found.Unreadable > 0) throw CheckLines.Error(parsed.GetValue(path)!, found);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(DatasetSummary summary, string study)
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
        foreach (string note in summary.Notes) AnsiConsole.MarkupLineInterpolated($"[blue]note[/]: {note}");
        AnsiConsole.MarkupLine("in a study:");
        // Past the console's wrapping: these lines are for pasting.
        AnsiConsole.Profile.Out.Writer.WriteLine(study);
    }
}
