using System.CommandLine;
using Postern.Cli.Json;
using Postern.Datasets;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern datasets [NAME]</c>: what datasets a study can name, and their options.</summary>
internal static class DatasetsCommand
{
    public static Command Create() => new CatalogListing<IDatasetEntry>(DatasetCatalog.All, "datasets", "a dataset",
        "List the datasets that a study can name, or describe one.")
    {
        Examples = ["postern datasets", "postern datasets folder"],
        Json = DatasetEntryListing.Of,
        List = List,
    }.Create();

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
