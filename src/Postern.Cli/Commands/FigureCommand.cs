using System.CommandLine;
using Postern.Attacks;
using Postern.Cli.Help;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Learning;
using Postern.Native;
using Postern.Reports.Figures;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern figure 1|2|3|4|6</c>: the paper's figures that no study has to run for, drawn again.</summary>
internal static class FigureCommand
{
    public static Command Create()
    {
        var number = new Argument<string>("number")
        {
            Description = "1: the blocks of both networks; 2: triggers framed; 3: patches processed, and tokens; 4: pixels in every "
                + "patch; 6: all attacks on one picture",
        };
        number.AcceptOnlyFromAmong("1", "2", "3", "4", "6");
        var data = new Option<string>("--data")
        {
            HelpName = "PATH",
            Description = "pictures that are shown: a dataset, a folder of pictures, a picture, or signs",
            DefaultValueFactory = _ => "signs",
        };
        var output = new Option<string?>("--out")
        {
            HelpName = "FILE.png",
            Description = "PNG to write; figure-N.png where it is not given",
        };
        var picture = new Option<int>("--picture")
        {
            HelpName = "NUMBER",
            Description = "number of the test picture in figures 3 and 6; -1 for the first that is not of the target class",
            DefaultValueFactory = _ => -1,
        };
        var study = new Option<string?>("--study")
        {
            HelpName = "FILE",
            Description = "figure 6 shows the attacks of this study file with its options, on its first dataset",
        };
        var runs = new Option<string>("--runs")
        {
            HelpName = "FOLDER",
            Description = "folder of results, where learned attacks find what they were prepared with",
            DefaultValueFactory = _ => "runs",
        };
        var command = new ShownCommand("figure", "Draw a figure of the paper: 1, 2, 3, 4 or 6.",
            "postern figure 2 --data cifar-10-batches-bin --out figure-2.png")
        {
            number, data, output, picture, study, runs,
        };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetValue(number)!, file = parsed.GetValue(output) ?? $"figure-{wanted}.png";
            if (wanted is "1" or "3") TorchRuntime.Load();
            if (wanted == "1") return Saved(wanted, file, BlocksFigure.Draw());
            Study? named = parsed.GetValue(study) is string path ? StudyArguments.ReadFile(path, []) : null;
            using Dataset dataset = named is null
                ? LoosePictures.OpenOrDataset(parsed.GetValue(data)!) : DatasetCatalog.Open(named.Cells[0].Dataset);
            return Saved(wanted, file, wanted switch
            {
                "2" => TriggerSamplesFigure.Draw(dataset),
                "3" => PatchTokensFigure.Draw(dataset, parsed.GetValue(picture)),
                "4" => PatchPixelFigure.Draw(dataset),
                _ => AttackGalleryFigure.Draw(dataset, Attacks(Choices(named), dataset, parsed.GetValue(runs)!),
                    parsed.GetValue(picture)),
            });
        });
        return command;
    }

    private static int Saved(string number, string file, RgbImage figure)
    {
        ImageFile.SavePng(file, figure);
        AnsiConsole.MarkupLineInterpolated($"figure {number}: {file}");
        return ExitCode.Done;
    }

    /// <summary>The attacks of a study under its labels, or every one with its usual options.</summary>
    private static IEnumerable<(string Name, Choice Choice)> Choices(Study? study) => study is null
        ? AttackCatalog.All.Where(a => a.Plants).Select(a => (a.Name, new Choice(a)))
        : study.Cells
            .Where(c => c.Attack.Entry is AttackEntry { Plants: true } && c.DatasetLabel == study.Cells[0].DatasetLabel)
            .DistinctBy(c => c.AttackLabel).Select(c => (c.AttackLabel, c.Attack));

    /// <summary>The attacks; a learned one only where its artifacts are in the cache already.</summary>
    private static List<(string Name, Attack? Attack)> Attacks(
        IEnumerable<(string Name, Choice Choice)> choices, Dataset dataset, string output)
    {
        var attacks = new List<(string, Attack?)>();
        foreach ((string name, Choice choice) in choices)
        {
            try
            {
                attacks.Add((name, AttackArguments.Make(choice, dataset, output, CancellationToken.None, fromCacheOnly: true)));
            }
            catch (ArtifactMissingException missing)
            {
                attacks.Add((name, null));
                AnsiConsole.MarkupLineInterpolated($"[yellow]note[/] {name} is not shown: {missing.Message}");
            }
        }
        return attacks;
    }
}
