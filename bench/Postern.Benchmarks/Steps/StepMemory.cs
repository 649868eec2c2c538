using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Models;
using Postern.Native;

namespace Postern.Benchmarks;

/// <summary>
/// What training steps take of memory beside what is in use in them: <see cref="Steps"/> steps in a process of its own that does
/// nothing else (this program, called with <c>memory</c>). By the second step the optimiser's moments are there, and no later one
/// has more in use; what the process grows beyond that is the C library's.
/// </summary>
internal static class StepMemory
{
    private const int Steps = 20;

    private static readonly (string Model, int Side, int Full, int Quick)[] Networks =
    [
        ("vim-cifar", 32, 128, 4), ("vim-tiny", 224, 16, 1), ("deit-cifar", 32, 128, 4), ("mambaout-femto", 32, 128, 4),
        ("mambaout-tiny", 32, 128, 4), ("resnet18", 32, 128, 4),
    ];

    /// <summary>A work for each network, in float32 alone where it must be quick.</summary>
    public static IEnumerable<Work> Works => Networks.Select(n => new Work($"memory-{n.Model}", scale =>
        [.. new[] { Precision.Float32, Precision.BFloat16 }.Take(scale.Pick(2, 1))
            .Select(p => Row(n.Model, scale.Pick(n.Full, n.Quick), p))]));

    /// <summary>The hidden command of the process that is measured: prints its last step's seconds and its memory.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("model");
        var batch = new Argument<int>("batch");
        var precision = new Argument<string>("precision");
        precision.AcceptOnlyFromAmong([.. Precisions.Words]);
        model.AcceptOnlyFromAmong([.. Networks.Select(n => n.Model)]);
        var command = new Command("memory", "Makes steps and prints the memory that they took.") { model, batch, precision };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            (string name, int side, _, _) = Networks.Single(n => n.Model == parsed.GetValue(model));
            Console.WriteLine(JsonSerializer.Serialize(
                Make(name, side, parsed.GetValue(batch), Precisions.Of(parsed.GetValue(precision)!))));
        });
        return command;
    }

    private static ComparedRow Row(string model, int batch, Precision precision)
    {
        var row = new ComparedRow($"memory-{model}", precision.Word());
        if (precision == Precision.BFloat16 && Bfloat16.Missing is string why) return row with { Skipped = why };
        Made made = OwnProcess.Run(["memory", model, batch.ToString(CultureInfo.InvariantCulture), precision.Word()])
            .Deserialize<Made>()!;
        return row with
        {
            PeakMb = made.PeakMb,
            LiveMb = made.LiveMb,
            Note = FormattableString.Invariant(
                $"batch {batch}, {Steps} steps, {batch / made.Seconds:f1} img/s; peak {made.PeakMb / made.LiveMb:f2} of what is live"),
        };
    }

    private static Made Make(string model, int side, int batch, Precision precision)
    {
        (long before, long usedBefore) = (Machine.ResidentMemory.Own, NativeHeap.InUse() ?? 0);
        using var steps = new StepModel(model, side, batch, precision);
        long most = 0;
        using var ended = new ManualResetEventSlim();
        var watcher = new Thread(() =>
        {
            while (!ended.Wait(millisecondsTimeout: 1)) most = Math.Max(most, NativeHeap.InUse() ?? 0);
        });
        watcher.Start();
        double seconds = 0;
        for (int step = 0; step < Steps; step++) seconds = steps.Step();
        ended.Set();
        watcher.Join();
        // Code that steps are the first to call is no hole.
        return new Made(seconds, Machine.PeakMemory / 1e6, (before + Machine.ResidentMemory.OfFiles + most - usedBefore) / 1e6);
    }

    /// <param name="Seconds">Of the last step.</param>
    /// <param name="PeakMb">The largest resident size, libraries included, in 10^6 bytes.</param>
    /// <param name="LiveMb">
    /// What the process had before there was a network, its code, and the most that was in use of what came.
    /// </param>
    private sealed record Made(double Seconds, double PeakMb, double LiveMb);
}
