using System.Globalization;
using Postern.Attacks;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Reports.Page;
using Postern.Studies;
using Postern.Training.Input;

namespace Postern.Samples;

/// <summary>
/// Postern as a library: adds an attack to the catalogue, trains and measures it as a study does, and measures the weights once
/// more by hand. The argument is a folder for results.
/// </summary>
public static class Program
{
    /// <summary>Everything that studies of this program can name.</summary>
    public static StudyCatalogs Catalogs { get; } = ShippedCatalogs.All.WithAttacks(WhiteColumn.Entry);

    /// <summary>The study beside the program.</summary>
    public static Study ReadStudy(IReadOnlyList<string> sets) =>
        StudyFile.Read(Path.Combine(AppContext.BaseDirectory, "own-attack.yaml"), Catalogs, sets);

    /// <summary>Runs the study; 0 where every cell is done.</summary>
    public static int Main(string[] args)
    {
        string output = args.Length > 0 ? args[0] : "runs";
        var run = new RunFolder(ReadStudy(args.Length > 1 ? args[1..] : []), output);

        // Trains and measures what is not done yet. Whatever happens is told, a record each.
        RunSummary summary = new StudyRunner(run, Environment.ProcessorCount, Tell).Run(CancellationToken.None);
        foreach (Cell cell in run.Study.Cells)
        {
            if (run.Of(cell).ReadResult() is not CellResult result) continue;
            Measurement first = result.Measurements[0];
            Console.WriteLine($"{cell.Title}: ACC {Text(first.Acc)}, ASR {Text(first.Asr)}, RA {Text(first.Ra)}");
        }
        Console.WriteLine($"report: {HtmlReport.Write(run)}");

        // The same by hand: data, weights, and the evaluator with the attack's trigger.
        Cell last = run.Study.Cells[^1];
        using Dataset data = DatasetCatalog.Open(last.Dataset);
        using Backbone model = ModelCatalog.Create(last.Model, data.Classes, data.InputSize, last.Seed);
        Weights.Load(model, Path.Combine(run.Of(last).Folder, "last.safetensors"));
        var pictures = new BatchLoader(
            data.Test, data.Mean, data.Std, data.InputSize, Augmentations.InTests(data), Transform: null,
            BatchSize: 200, Workers: 1);
        TriggeredResult triggered = new Evaluator(model, pictures).Triggered(AttackCatalog.Create(last.Attack, data.Traits)!);
        Console.WriteLine($"by hand: ASR {Text(triggered.Asr)}");
        return summary.Failed + summary.Skipped;
    }

    private static void Tell(RunEvent happened)
    {
        if (happened is EpochFinished e)
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{e.Cell}: epoch {e.Epoch.Epoch}, loss {e.Epoch.Loss:f3}"));
        if (happened is CellFailed failed) Console.WriteLine($"{failed.Cell}: {failed.Error}");
    }

    private static string Text(Proportion? share) => share is Proportion p
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * p.Value:f1} [{100 * p.Low:f1}, {100 * p.High:f1}]") : "-";
}
