using System.CommandLine;
using Postern.Models;
using Postern.Reports.Charts;
using Postern.Reports.Page;

namespace Postern.Benchmarks;

/// <summary>
/// <c>lengths</c>: how a training step of Vim grows with the tokens of a picture and with the pictures of a batch. Drawn over the
/// tokens of the step, both are straight lines from the origin where the cost is linear.
/// </summary>
internal static class LengthsCommand
{
    private const int Batch = 8, Rounds = 3, Patch = 4;

    /// <summary>Sides of pictures with 8, 14 and 28 patches a side: L = 65, 197 and 785 with the class token.</summary>
    private static readonly int[] Sides = [32, 56, 112];

    private static readonly int[] Batches = [8, 16, 32, 64, 128];

    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            Description = "the drawing",
            HelpName = "FILE.svg",
            DefaultValueFactory = _ => "docs/results/speed-lengths.svg",
        };
        var command = new Command("lengths",
            "A training step of Vim over the length of its sequences and over its batch, as a drawing.")
        {
            output,
        };
        command.SetAction(parsed => Draw(parsed.GetValue(output)!));
        return command;
    }

    private static void Draw(string path)
    {
        // In ascending order, so that the shortest step comes first in both series and is warm.
        Step[] lengths = [.. Sides.Select(side => Measure(side, Batch))],
            batches = [.. Batches.Select(batch => Measure(32, batch))];
        Step[] all = [.. lengths, .. batches];
        double mostTokens = all.Max(s => s.Tokens);
        double perToken = all.Sum(s => s.Seconds * s.Tokens) / all.Sum(s => (double)s.Tokens * s.Tokens); // least squares
        ChartSeries[] series =
        [
            ChartSeries.Numbered(0, "L 65 to 785, batch 8", lengths.Select(Point)),
            ChartSeries.Numbered(1, "L 65, batch 8 to 128", batches.Select(Point)),
            ChartSeries.Numbered(2, "line through the origin",
                [new ChartPoint(0, 0, ""), new ChartPoint(mostTokens, perToken * mostTokens, "")]),
        ];
        var chart = new LineChart("Seconds of a training step over the tokens in it",
            ChartAxis.UpTo(mostTokens, "tokens in a step"),
            ChartAxis.UpTo(series.SelectMany(s => s.Points).Max(p => p.Y), "seconds"), series);
        AtomicFile.WriteText(path, StandaloneSvg.Of(chart.Draw(), PageShell.Resource("report.css")));
        Console.WriteLine(path);
    }

    private static ChartPoint Point(Step step) =>
        new(step.Tokens, step.Seconds, FormattableString.Invariant($"{step.Seconds:f2} s"));

    private static Step Measure(int side, int batch)
    {
        int length = side / Patch * (side / Patch) + 1;
        using var model = new StepModel("vim-cifar", side, batch, Precision.Float32);
        double seconds = SideBySide.Medians(Rounds, SideBySide.Steady(model.Step))[0];
        Console.WriteLine(FormattableString.Invariant(
            $"L {length}, batch {batch}: {1e3 * seconds:f0} ms a step, {1e6 * seconds / (length * batch):f1} us a token"));
        return new Step(length * batch, seconds);
    }

    private readonly record struct Step(int Tokens, double Seconds);
}
