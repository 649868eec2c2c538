using System.CommandLine;
using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Reports.Figures;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern figure 2|4|6</c>: the paper's figures of pictures, drawn again.</summary>
internal static class FigureCommand
{
    public static Command Create()
    {
        var number = new Argument<string>("number") { Description = "2: triggers framed; 4: pixels in every patch; 6: all attacks on one picture" };
        number.AcceptOnlyFromAmong("2", "4", "6");
        var data = new Option<string>("--data") { Description = "dataset whose pictures are shown: a path, or signs", DefaultValueFactory = _ => "signs" };
        var output = new Option<string?>("--out") { Description = "PNG to write; figure-N.png where it is not given" };
        var picture = new Option<int>("--picture") { Description = "number of the test picture in figure 6; -1 for the first that is not of the target class", DefaultValueFactory = _ => -1 };
        var runs = new Option<string>("--runs") { Description = "folder of results, where learned attacks find what they were prepared with", DefaultValueFactory = _ => "runs" };
        var command = new Command("figure", "Draw a figure of the paper: 2, 4 or 6.") { number, data, output, picture, runs };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetValue(number)!, file = parsed.GetValue(output) ?? $"figure-{wanted}.png";
            using Dataset dataset = DatasetCatalog.OpenPath(parsed.GetValue(data)!);
            RgbImage figure = wanted switch
            {
                "2" => TriggerSamplesFigure.Draw(dataset),
                "4" => PatchPixelFigure.Draw(dataset),
                _ => AttackGalleryFigure.Draw(dataset, Attacks(dataset, parsed.GetValue(runs)!), parsed.GetValue(picture)),
            };
            ImageFile.SavePng(file, figure);
            AnsiConsole.MarkupLineInterpolated($"figure {wanted}: {file}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Every attack with its usual options; a learned one only where its ingredients are in the cache already.</summary>
    private static List<(string Name, Attack? Attack)> Attacks(Dataset dataset, string output)
    {
        var attacks = new List<(string, Attack?)>();
        foreach (AttackEntry entry in AttackCatalog.All.Where(a => a.Kind != "clean"))
        {
            try
            {
                attacks.Add((entry.Name, AttackArguments.Make(new Choice(entry), dataset, output, CancellationToken.None, fromCacheOnly: true)));
            }
            catch (IngredientMissingException missing)
            {
                attacks.Add((entry.Name, null));
                AnsiConsole.MarkupLineInterpolated($"[yellow]note[/] {entry.Name} is not shown: {missing.Message}");
            }
        }
        return attacks;
    }
}
