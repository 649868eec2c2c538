using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

/// <summary><c>postern run --on slurm</c> on a real Slurm of two nodes.</summary>
[LongGroup("Slurm")]
public sealed class SlurmTests(SlurmCluster cluster) : IClassFixture<SlurmCluster>, IDisposable
{
    // Twelve cells over two clean starts, one attack that learns first, and a defence that tests others' weights.
    private const string Yaml = """
        name: twelve
        datasets: [{name: signs, train: 160, test: 64}]
        models: [resnet-mini, deit-mini]
        attacks:
          - none
          - {name: badnets, poison_rate: 0.1}
          - {name: issba, poison_rate: 0.1, prepare_epochs: 1, secret_epochs: 1, accept: warn}
        defences: [none, {name: patch-drop, protocol: test}]
        pretrain: {train: {epochs: 1}}
        preset: quick
        train: {epochs: 6}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private CommandProcess Start(params string[] arguments) =>
        CommandProcess.StartOther("dotnet", [CommandProcess.Assembly, .. arguments], cluster.Environment);

    private string Finish(params string[] arguments)
    {
        using CommandProcess process = Start(arguments);
        (int code, string output, string errors) = process.Finish();
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    private static T WaitFor<T>(Func<T?> look, string what) where T : class
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < Patience)
        {
            if (look() is T found) return found;
            Thread.Sleep(100);
        }
        throw new TimeoutException($"{what} never came");
    }

    private static void Signal(int process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Whether a signal waits for a process that stands still.</summary>
    private static bool HasPending(int process, int signal)
    {
        const string field = "ShdPnd:";
        try
        {
            string line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"))
                .First(l => l.StartsWith(field, StringComparison.Ordinal));
            long pending = long.Parse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return (pending >> (signal - 1) & 1) != 0;
        }
        catch (IOException)
        {
            // It had the signal before it stood still, and has ended.
            return true;
        }
    }

    /// <summary>The same, stopped by SIGSTOP in the midst of a cell, however fast the machine is.</summary>
    private static (int Process, string Job) StoppedTrainer(string runs, Func<string, bool> isWanted) => WaitFor(() =>
    {
        (int process, string job) = Trainer(runs, isWanted);
        Signal(process, "STOP");
        bool isWithin = Directory.GetFiles(runs, ".claim-*", SearchOption.AllDirectories).Any(claim =>
            !File.Exists(Path.Combine(Path.GetDirectoryName(claim)!, "result.json")) && IsOf(claim, process));
        if (isWithin) return Tuple.Create(process, job);
        Signal(process, "CONT");
        return null;
    }, "a training job that can be stopped").ToValueTuple();

    private static bool IsOf(string claim, int process)
    {
        try
        {
            return File.ReadAllText(claim).Contains($"\"process\": {process},", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Another task has ended, and its claim with it.
            return false;
        }
    }

    /// <summary>The process and the job that train a cell now, one that has finished an epoch.</summary>
    private static (int Process, string Job) Trainer(string runs, Func<string, bool> isWanted) => WaitFor(() =>
    {
        foreach (string claim in Directory.Exists(runs) ? Directory.GetFiles(runs, ".claim-*", SearchOption.AllDirectories) : [])
        {
            try
            {
                if (!File.Exists(Path.Combine(Path.GetDirectoryName(claim)!, "metrics.jsonl"))) continue;
                JsonElement record = JsonDocument.Parse(File.ReadAllText(claim)).RootElement;
                if (record.GetProperty("job").GetString() is string job && isWanted(job))
                    return Tuple.Create(record.GetProperty("process").GetInt32(), job);
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                // It has just ended, or is being written.
            }
        }
        return null;
    }, "a training job").ToValueTuple();

    [Fact]
    public void Twelve_cells_end_as_in_a_local_run_whatever_happens_to_their_jobs()
    {
        cluster.Require();
        string study = folder.File("twelve.yaml", Yaml), runs = folder.File("cluster"), here = folder.File("here");
        string[] submit = ["run", study, "--out", runs, "--on", "slurm", "--cpus", "1", "--mem", "1500M", "--pack", "4",
            "--max-parallel", "4"];
        Assert.Contains("in 6 tasks", Finish(submit), StringComparison.Ordinal);

        // A task is killed.
        string array = File.ReadAllText(Path.Combine(runs, "twelve", "slurm", "1", "array-2.job")).Trim();
        (int process, string killed) = StoppedTrainer(runs, job => job.StartsWith($"{array}_", StringComparison.Ordinal));
        Signal(process, "KILL");
        // A node goes down under another.
        string node = "";
        (process, string lost) = StoppedTrainer(runs,
            job => job.StartsWith($"{array}_", StringComparison.Ordinal) && job != killed
            && (node = cluster.Ask("squeue", "-h", "-r", "-t", "RUNNING", "-j", job, "-o", "%N"))
            .StartsWith("node", StringComparison.Ordinal));
        cluster.Ask("scontrol", "update", $"nodename={node}", "state=down", "reason=test");
        Signal(process, "CONT");
        // An array is cancelled that has not begun.
        string waiting = WaitFor(() => cluster.Ask("squeue", "-h", "-t", "PENDING", "-o", "%F %r %j").Split('\n')
            .FirstOrDefault(l => l.EndsWith("Dependency twelve", StringComparison.Ordinal)), "a waiting array").Split(' ')[0];
        cluster.Ask("scancel", waiting);
        Assert.Contains("was cancelled", Finish("status", study, "--out", runs), StringComparison.Ordinal);
        using CommandProcess local = Start("run", study, "--out", here, "--threads", "1");
        cluster.WaitUntilEmpty(Patience);
        Assert.Equal(0, local.Finish().Code);

        string first = File.ReadAllText(Path.Combine(runs, "twelve", "slurm", "1", "ended.txt"));
        Assert.Contains($"its job {killed} was killed", first, StringComparison.Ordinal);
        Assert.Contains("was cancelled", first, StringComparison.Ordinal);
        Assert.Contains($"job {lost}, start 2, on node",
            File.ReadAllText(Path.Combine(runs, "twelve", "slurm", "1", "logs", $"{lost}.log")),
            StringComparison.Ordinal);
        // What somebody cancelled is for somebody to submit.
        Assert.NotEqual(14, Directory.GetFiles(runs, "result.json", SearchOption.AllDirectories).Length);
        Finish(submit);
        cluster.WaitUntilEmpty(Patience);

        Dictionary<string, string> expected = CellRecords.Of(here), found = CellRecords.Of(runs);
        Assert.Equal(14, found.Keys.Count(f => f.EndsWith("result.json", StringComparison.Ordinal)));
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, file => Assert.Equal(file.Value, found[file.Key]));
        Assert.True(File.Exists(Path.Combine(runs, "twelve", "report", "index.html")));
        Assert.Contains("every cell is done; nothing is submitted", Finish(submit), StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_limit_in_training_costs_nothing_but_the_start_of_another_job()
    {
        cluster.Require();
        string study = folder.File("long.yaml", """
            name: long
            datasets: [{name: signs, train: 160, test: 64}]
            models: [resnet-mini]
            attacks: [none]
            preset: quick
            train: {epochs: 40}
            """);
        string runs = folder.File("cluster"), here = folder.File("here");
        Finish("run", study, "--out", runs, "--on", "slurm", "--cpus", "1", "--mem", "1500M", "--time", "1",
            "--retries", "5");
        (int process, _) = StoppedTrainer(runs, _ => true);
        // However fast the machine is, the limit finds it in training; where it is so slow that the limit comes first, the next
        // round tries again.
        WaitFor(() => HasPending(process, signal: 10) ? "" : null, "Slurm's warning");
        Signal(process, "CONT");
        using CommandProcess local = Start("run", study, "--out", here, "--threads", "1");
        cluster.WaitUntilEmpty(Patience);
        Assert.Equal(0, local.Finish().Code);
        string log = string.Concat(Directory.GetFiles(Path.Combine(runs, "long", "slurm"), "*_1.log", SearchOption.AllDirectories)
            .Select(File.ReadAllText));
        Assert.Contains("stopped with a checkpoint; Slurm is asked to start the job again", log, StringComparison.Ordinal);
        Assert.Contains("start 2, on node", log, StringComparison.Ordinal);
        Dictionary<string, string> expected = CellRecords.Of(here), found = CellRecords.Of(runs);
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, file => Assert.Equal(file.Value, found[file.Key]));
    }

    [Fact]
    public void A_signal_requeues_a_task_and_cancelling_stops_it_with_a_checkpoint()
    {
        cluster.Require();
        using var tiny = new TinyStudy(epochs: 400);
        Finish("run", tiny.Path, "--out", tiny.Runs(), "--on", "slurm", "--cpus", "1", "--mem", "1500M", "--pack", "2");
        (_, string job) = Trainer(tiny.Runs(), _ => true);
        cluster.Ask("timeout", "2", "scancel", "--batch", "--signal=USR1", job);
        string log = Path.Combine(tiny.Runs(), "tiny", "slurm", "1", "logs", $"{job}.log");
        WaitFor(() => File.ReadAllText(log).Contains($"job {job}, start 2", StringComparison.Ordinal) ? log : null,
            "a second start");
        Trainer(tiny.Runs(), j => j == job);
        Assert.Contains("cancelled jobs", Finish("cancel", tiny.Path, "--out", tiny.Runs()), StringComparison.Ordinal);
        cluster.WaitUntilEmpty(Patience);
        Assert.NotEmpty(tiny.Files("last.safetensors"));
        Assert.Contains("stopped", Finish("status", tiny.Path, "--out", tiny.Runs()), StringComparison.Ordinal);
    }
}
