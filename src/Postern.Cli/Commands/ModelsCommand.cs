using System.CommandLine;
using Postern.Configuration;
using Postern.Models;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern models</c>: the backbones that a study can name.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command("models", "List the backbones.");
        command.SetAction(_ =>
        {
            Table table = new Table().Border(TableBorder.Rounded).AddColumns("model", "parameters (32x32, 10 classes)", "what");
            foreach (ModelEntry entry in ModelCatalog.All)
            {
                using Backbone model = ModelCatalog.Create(new Choice(entry), classes: 10, imageSize: 32, seed: 0);
                table.AddRow(entry.Name, model.ParameterCount.ToString("N0"), Markup.Escape(entry.Summary));
            }
            AnsiConsole.Write(table);
            return ExitCode.Done;
        });
        return command;
    }
}
