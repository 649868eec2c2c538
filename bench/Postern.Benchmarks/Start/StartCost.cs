using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Postern.Models;
using Postern.Native.Paths;

namespace Postern.Benchmarks;

/// <summary>
/// What the self-check costs a run: the time from libtorch's start to the end of the first training step, with the check and
/// without, each in a process of its own. What both do once (compiling kernels, libtorch's first convolution) is in both.
/// </summary>
internal static class StartCost
{
    private const int Batch = 32, Side = 32;
    private static readonly string[] Models = ["vim-cifar", "resnet18-narrow", "deit-tiny"];

    /// <summary>The command that measures.</summary>
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Pairs of processes.", DefaultValueFactory = _ => 11 };
        var command = new Command("start", "What the self-check costs the start of a run.") { rounds };
        command.SetAction(parsed =>
        {
            foreach (string model in Models)
            {
                double compared = 0.0;
                double[] s = SideBySide.Medians(parsed.GetValue(rounds),
                [
                    () => Once(model, check: false).Seconds,
                    () =>
                    {
                        (double seconds, compared) = Once(model, check: true);
                        return seconds;
                    },
                ]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{model}: first step after {1e3 * s[0]:f0} ms without the check, {1e3 * s[1]:f0} ms with it: "
                        + $"{1e3 * (s[1] - s[0]):f0} ms; comparing itself took {1e3 * compared:f0} ms"));
            }
        });
        return command;
    }

    /// <summary>The hidden command of the process that is measured.</summary>
    public static Command CreateOnce()
    {
        var model = new Argument<string>("model");
        var check = new Argument<bool>("check");
        model.AcceptOnlyFromAmong(Models);
        var command = new Command("start-once", "Makes one step and prints its seconds.") { model, check };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var clock = Stopwatch.StartNew();
            if (parsed.GetValue(check)) SelfCheck.Ensure();
            using var step = new StepModel(parsed.GetValue(model)!, Side, Batch, Precision.Float32);
            step.Step();
            Console.WriteLine(JsonSerializer.Serialize(
                new { seconds = clock.Elapsed.TotalSeconds, compared = SelfCheck.Elapsed.TotalSeconds }));
        });
        return command;
    }

    private static (double Seconds, double Compared) Once(string model, bool check)
    {
        JsonElement said = OwnProcess.Run(["start-once", model, check ? "true" : "false"]);
        return (said.GetProperty("seconds").GetDouble(), said.GetProperty("compared").GetDouble());
    }
}
