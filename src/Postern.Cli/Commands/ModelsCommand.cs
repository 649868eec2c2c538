using System.CommandLine;
using System.Globalization;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Models;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern models</c>: the backbones that a study can name; <c>info</c> and <c>convert</c> look at weight files.
/// </summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        ShownCommand command = new CatalogListing<ModelEntry>(ModelCatalog.All, "models", "a backbone",
            "List the backbones, describe one, look at weight files.")
        {
            Examples = ["postern models", "postern models vim-mini"],
            Json = ModelListing.Of,
            List = List,
        }.Create();
        command.Subcommands.Add(ModelInfoCommand.Create());
        command.Subcommands.Add(ModelConvertCommand.Create());
        return command;
    }

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("model", "parameters", "mult-adds", "input", "what");
        for (int column = 0; column < 4; column++) table.Columns[column].NoWrap();
        foreach (ModelEntry entry in ModelCatalog.All)
        {
            using Backbone model = ModelCatalog.Describe(entry);
            table.AddRow(entry.Name, ShortNumber.Text(model.ParameterCount),
                ShortNumber.Text(model.MultiplyAdds(entry.InputSide)),
                string.Create(CultureInfo.InvariantCulture, $"{entry.InputSide}, {entry.UsualClasses} cl."),
                $"{Markup.Escape(entry.Summary)}\n[dim]{Markup.Escape(entry.Origin)}[/]");
        }
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(
            "Counts are for the input (pixels a side) and classes shown; models take others. 'postern models NAME' lists the "
                + "options of one.");
    }
}
