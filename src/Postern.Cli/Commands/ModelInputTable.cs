using System.Globalization;
using Postern.Cli.Json;
using Postern.Models;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>Shows what a model's input is made of, for each dataset.</summary>
internal static class ModelInputTable
{
    public static void Write(ModelEntry entry)
    {
        ModelInputListing listing = ModelInputListing.Of(entry);
        AnsiConsole.MarkupLineInterpolated($"[bold]{listing.Name}[/]: {entry.Summary}");
        AnsiConsole.MarkupLineInterpolated(
            $"input: {listing.Shape}, usually of side {listing.UsualSide}; {listing.Input}");
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("dataset", "side", "mean", "std", "classes");
        foreach (DatasetInputListing dataset in listing.Datasets)
        {
            string[] row =
            [
                dataset.Dataset, dataset.InputSide?.ToString(CultureInfo.InvariantCulture) ?? "its size", Text(dataset.Mean),
                Text(dataset.Std), dataset.Classes?.ToString(CultureInfo.InvariantCulture) ?? "its own",
            ];
            table.AddRow([.. row.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine("A weight file of Postern tells its own: 'postern models info FILE'.");
    }

    private static string Text(IReadOnlyList<float> values) =>
        string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
}
