using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Datasets;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern datasets [NAME]</c>: what datasets a study can name, and their options.</summary>
internal static class DatasetsCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "a dataset, for its options", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => DatasetCatalog.All.Select(d => d.Name));
        var json = new JsonOption();
        var command = new ShownCommand("datasets", "List the datasets that a study can name, or describe one.",
            "postern datasets", "postern datasets folder")
        {
            name, json,
        };
        command.SetAction(parsed =>
        {
            bool asJson = parsed.GetValue(json);
            if (parsed.GetValue(name) is not string wanted)
            {
                if (asJson) JsonOutput.Write(DatasetCatalog.All.Select(DatasetEntryListing.Of));
                else List();
                return ExitCode.Done;
            }
            IDatasetEntry entry = DatasetCatalog.All.Get(wanted, "datasets");
            if (asJson) JsonOutput.Write(DatasetEntryListing.Of(entry));
            else OptionTable.Write(entry);
            return ExitCode.Done;
        });
        return command;
    }

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("dataset", "what");
        table.Columns[0].NoWrap();
        foreach (IDatasetEntry dataset in DatasetCatalog.All) table.AddRow(dataset.Name, Markup.Escape(dataset.Summary));
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(
            "'postern datasets NAME' lists the options of one; 'postern data info PATH' says which of them fits a folder or file.");
    }
}
