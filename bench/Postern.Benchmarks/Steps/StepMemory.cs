using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Models;

namespace Postern.Benchmarks;

/// <summary>
/// Peak memory of training steps, each in a process of its own that does nothing else: this program, called with <c>memory</c>.
/// </summary>
internal static class StepMemory
{
    /// <summary>
    /// By the second step the optimiser's moments are there, and no later one has more alive; that the heap may grow beyond it is
    /// the C library's.
    /// </summary>
    private const int Steps = 2;

    private static readonly (string Work, string Model, int Side, int Full, int Quick)[] Works =
        [("vim-cifar-step", "vim-cifar", 32, 128, 32), ("vim-tiny-224-step", "vim-tiny", 224, 64, 4)];

    /// <summary>A line whose time is that of one step of the process whose memory is measured.</summary>
    public static ComparedRow Row(string work, Scale scale)
    {
        (_, _, _, int full, int quick) = Works.Single(w => w.Work == work);
        int batch = scale.Pick(full, quick);
        (double seconds, double? peak) = Measure(work, batch, Precision.Float32);
        return new ComparedRow(work, Precision.Float32.Word())
        {
            OursMs = 1e3 * seconds,
            PeakMb = peak,
            Note = FormattableString.Invariant($"batch {batch}, {batch / seconds:f1} img/s, one step"),
        };
    }

    /// <summary>Peak resident memory in 10^6 bytes; null where the system does not say.</summary>
    public static double? PeakMb(string work, int batch, Precision precision) => Measure(work, batch, precision).PeakMb;

    /// <summary>The hidden command of the process that is measured: prints its last step's seconds and its peak.</summary>
    public static Command Create()
    {
        var work = new Argument<string>("work");
        var batch = new Argument<int>("batch");
        var precision = new Argument<string>("precision");
        precision.AcceptOnlyFromAmong([.. Precisions.Words]);
        work.AcceptOnlyFromAmong([.. Works.Select(w => w.Work)]);
        var command = new Command("memory", "Makes steps and prints the peak memory.") { work, batch, precision };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            (_, string model, int side, _, _) = Works.Single(w => w.Work == parsed.GetValue(work));
            using var steps = new StepModel(model, side, parsed.GetValue(batch), Precisions.Of(parsed.GetValue(precision)!));
            double seconds = Enumerable.Range(0, Steps).Select(_ => steps.Step()).Last();
            Console.WriteLine(JsonSerializer.Serialize(new { seconds, peak_kb = PeakKilobytes() }));
        });
        return command;
    }

    private static (double Seconds, double? PeakMb) Measure(string work, int batch, Precision precision)
    {
        JsonElement said = OwnProcess.Run(["memory", work, batch.ToString(CultureInfo.InvariantCulture), precision.Word()]);
        long kilobytes = said.GetProperty("peak_kb").GetInt64();
        return (said.GetProperty("seconds").GetDouble(), kilobytes > 0 ? kilobytes * 1024 / 1e6 : null);
    }

    private static long PeakKilobytes()
    {
        const string status = "/proc/self/status", field = "VmHWM:";
        if (!File.Exists(status)) return 0;
        string? line = File.ReadLines(status).FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.Integer, CultureInfo.InvariantCulture);
    }
}
