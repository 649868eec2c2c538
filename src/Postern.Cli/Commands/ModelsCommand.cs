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
        var name = new Argument<string?>("name") { Description = "a backbone, for its options", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => ModelCatalog.All.Select(m => m.Name));
        var json = new JsonOption();
        var command = new ShownCommand("models", "List the backbones, describe one, look at weight files.",
            "postern models", "postern models vim-mini") { name, json };
        command.Subcommands.Add(ModelInfoCommand.Create());
        command.Subcommands.Add(ModelConvertCommand.Create());
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is not string wanted)
            {
                if (parsed.GetValue(json)) JsonOutput.Write(ModelCatalog.All.Select(ModelListing.Of));
                else List();
                return ExitCode.Done;
            }
            ModelEntry entry = ModelCatalog.All.Get(wanted, "models");
            if (parsed.GetValue(json)) JsonOutput.Write(ModelListing.Of(entry));
            else OptionTable.Write(entry);
            return ExitCode.Done;
        });
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
