using System.Diagnostics;
using System.Globalization;

namespace Postern.Tests.Cli;

/// <summary>Faults of whole processes: signals, several runs of one study, tasks that cannot write.</summary>
[LongGroup("Fault")]
public sealed class FaultTests : IDisposable
{
    // Enough that a run which was seen to end its first epoch is still at work when a signal reaches it, also on a busy machine.
    private const int Epochs = 8;
    private readonly TinyStudy study = new(Epochs);
    private readonly Dictionary<string, string> impatient = new() { ["POSTERN_CLAIM_SECONDS"] = "2" };

    public void Dispose() => study.Dispose();

    private CommandProcess Start(string runs, params string[] more) =>
        CommandProcess.StartOther("dotnet", [CommandProcess.Assembly, .. Arguments(runs), .. more], impatient);

    private string[] Arguments(string runs) => ["run", study.Path, "--out", study.Runs(runs), "--threads", "1"];

    private static void Signal(int process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    // The mask of ignored signals, which processes pass on to those that they start; SIGHUP is its first bit.
    private static bool IgnoresHangUp() => OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status")
        .Any(l => l.StartsWith("SigIgn:", StringComparison.Ordinal) && Convert.ToUInt64(l[7..].Trim(), 16) % 2 == 1);

    private byte[][] Weights(string runs) => [.. study.Files("last.safetensors", runs).Select(File.ReadAllBytes)];

    private void Whole(string runs)
    {
        using CommandProcess process = Start(runs);
        Assert.Equal(0, process.Finish().Code);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("USR1")]
    public void A_signal_stops_with_130_and_the_next_run_ends_with_the_same_bits(string signal)
    {
        if (signal == "HUP" && IgnoresHangUp()) Assert.Skip("nohup started the tests, so that their processes ignore SIGHUP");
        Whole("whole");
        using (CommandProcess process = Start("stopped"))
        {
            process.WaitForEpoch(1, Epochs);
            Signal(process.Id, signal);
            Assert.Equal(130, process.Finish().Code);
        }
        Whole("stopped");
        Assert.Equal(Weights("whole"), Weights("stopped"));
        Assert.All(study.Files("metrics.jsonl", "stopped"), m => Assert.Equal(Epochs, File.ReadLines(m).Count()));
    }

    [Fact]
    public void Three_runs_of_one_study_do_each_task_once_and_all_end_with_0()
    {
        CommandProcess[] runs = [.. Enumerable.Range(0, 3).Select(_ => Start("shared"))];
        (int Code, string Output, string Errors)[] ends = [.. runs.Select(r => r.Finish())];
        foreach (CommandProcess run in runs) run.Dispose();
        Assert.Equal([0, 0, 0], ends.Select(e => e.Code));
        string last = $"epoch {Epochs}/{Epochs}";
        Assert.Equal(2, ends.Sum(e => e.Output.Split(last).Length - 1));
        Assert.All(study.Files("metrics.jsonl", "shared"), m => Assert.Equal(Epochs, File.ReadLines(m).Count()));
    }

    [Fact]
    public void A_run_that_is_frozen_and_woken_overwrites_nothing()
    {
        using CommandProcess frozen = Start("frozen");
        frozen.WaitForEpoch(1, Epochs);
        Signal(frozen.Id, "STOP");
        Thread.Sleep(TimeSpan.FromSeconds(3));
        Whole("frozen");
        string[] files = [.. study.Files("result.json", "frozen"), .. study.Files("metrics.jsonl", "frozen"),
            .. study.Files("last.safetensors", "frozen")];
        byte[][] before = [.. files.Select(File.ReadAllBytes)];
        Signal(frozen.Id, "CONT");
        Assert.Equal(0, frozen.Finish().Code);
        Assert.Equal(before, files.Select(File.ReadAllBytes));
        Assert.Empty(study.Files(".claim-*", "frozen"));
        Whole("whole");
        Assert.Equal(Weights("whole"), Weights("frozen"));
    }

    [Fact]
    public void A_run_whose_cell_is_deleted_does_not_make_it_again_beside_another()
    {
        using CommandProcess first = Start("deleted");
        first.WaitForEpoch(1, Epochs);
        Directory.Delete(Path.GetDirectoryName(study.Files("cell.json", "deleted")[0])!, recursive: true);
        using CommandProcess second = Start("deleted");
        Assert.Equal([0, 0], new[] { second.Finish().Code, first.Finish().Code });
        Assert.All(study.Files("metrics.jsonl", "deleted"), m => Assert.Equal(Epochs, File.ReadLines(m).Count()));
        Whole("whole");
        Assert.Equal(Weights("whole"), Weights("deleted"));
    }

    [Fact]
    public void A_task_that_cannot_write_and_a_damaged_record_hinder_no_other()
    {
        Whole("runs");
        string[] results = study.Files("result.json");
        File.Delete(results[1]);
        string folder = Path.GetDirectoryName(results[0])!;
        Directory.Delete(folder, recursive: true);
        File.WriteAllText(folder, "in the way");
        using (CommandProcess process = Start("runs"))
        {
            (int code, string output, _) = process.Finish();
            Assert.Equal(1, code);
            Assert.Contains("1 cells failed, 1 of 2 are done", output, StringComparison.Ordinal);
            Assert.Contains(Path.GetFileName(folder), output, StringComparison.Ordinal);
        }
        Assert.Equal([results[1]], study.Files("result.json"));
        File.WriteAllText(results[1], File.ReadAllText(results[1]).Replace("acc_correct", "acc_total", StringComparison.Ordinal));
        using CommandProcess report = CommandProcess.Start("report", study.Path, "--out", study.Runs());
        Assert.Equal(1, report.Finish().Code);
    }

    [Fact]
    public void Jobs_end_with_the_run_that_started_them()
    {
        using (CommandProcess parent = Start("jobs", "--jobs", "2"))
        {
            parent.WaitForEpoch(1, Epochs);
            parent.Kill();
        }
        var waited = Stopwatch.StartNew();
        while (Running("jobs").Any() && waited.Elapsed < TimeSpan.FromSeconds(20)) Thread.Sleep(200);
        Assert.Empty(Running("jobs"));
        using (CommandProcess parent = Start("jobs", "--jobs", "2"))
        {
            // The first epoch of each cell may be behind already.
            Assert.True(parent.WaitFor("  loss "), "the run ended before it trained");
            Signal(parent.Id, "TERM");
            Signal(parent.Id, "TERM");
            Assert.Equal(130, parent.Finish().Code);
        }
        Thread.Sleep(500);
        Assert.Empty(Running("jobs"));
        Assert.Empty(study.Files(".*.tmp", "jobs"));
        Whole("jobs");
        Whole("whole");
        Assert.Equal(Weights("whole"), Weights("jobs"));
    }

    [Theory]
    [InlineData("2>&-", 0)]
    [InlineData(">&-", 0)]
    [InlineData("--set nothing.such=1 2>&- >&-", 2)]
    public void Closed_streams_change_no_exit_code(string redirection, int code)
    {
        string command = $"dotnet '{CommandProcess.Assembly}' {string.Join(' ', Arguments("closed"))} --dry-run {redirection}";
        using CommandProcess shell = CommandProcess.StartOther("bash", ["-c", command], impatient);
        Assert.Equal(code, shell.Finish().Code);
    }

    /// <summary>Processes whose command line names a folder of results.</summary>
    private IEnumerable<string> Running(string runs)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), out _)))
        {
            string line = "";
            try
            {
                line = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
            if (line.Contains(study.Runs(runs), StringComparison.Ordinal)) yield return process;
        }
    }
}
