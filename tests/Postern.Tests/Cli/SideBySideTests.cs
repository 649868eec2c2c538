using System.Diagnostics;
using System.Globalization;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

/// <summary><c>postern run --jobs</c>: cells in processes of their own.</summary>
[LongGroup("Fault")]
public sealed class SideBySideTests : IDisposable
{
    private const int Epochs = 6;

    private const string Yaml = """
        name: tiny
        datasets: [{name: signs, train: 160, test: 64}]
        models: [resnet-mini, deit-mini]
        attacks: [none, {name: badnets, poison_rate: 0.1}]
        defences: [none, {name: patch-drop, protocol: test}]
        pretrain: {train: {epochs: 1}}
        preset: quick
        train: {epochs: 1}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CommandProcess Start(string study, string runs, int jobs) =>
        CommandProcess.Start("run", study, "--out", runs, "--jobs", jobs.ToString(CultureInfo.InvariantCulture), "--threads",
            jobs.ToString(CultureInfo.InvariantCulture));

    /// <summary>Process ids of the jobs of a run.</summary>
    private static int[] JobsOf(CommandProcess run)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("processes are looked up in /proc");
        string children = string.Create(CultureInfo.InvariantCulture, $"/proc/{run.Id}/task");
        return [.. Directory.EnumerateDirectories(children)
            .SelectMany(t => File.ReadAllText(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(p => int.Parse(p, CultureInfo.InvariantCulture))];
    }

    private static void Signal(string name, int process)
    {
        using Process kill = Process.Start("kill", [name, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static bool IsGone(int process) =>
        SpinWait.SpinUntil(() => !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}")),
            TimeSpan.FromMinutes(1));

    [Fact]
    public void Cells_side_by_side_give_the_bytes_of_cells_one_after_another()
    {
        string study = folder.File("tiny.yaml", Yaml), one = folder.File("one"), two = folder.File("two");
        using (CommandProcess serial = Start(study, one, jobs: 1)) Assert.Equal(0, serial.Finish().Code);
        using (CommandProcess parallel = Start(study, two, jobs: 2))
        {
            (int code, string output, string errors) = parallel.Finish();
            Assert.Equal((0, ""), (code, errors));
            // Two clean trainings, four cells and four that test: each was told of once.
            Assert.Equal(10, output.Split('\n').Count(l => l.Contains(": done  ACC", StringComparison.Ordinal)));
        }
        Dictionary<string, string> expected = CellRecords.Of(one), found = CellRecords.Of(two);
        Assert.Equal(10, expected.Keys.Count(f => f.EndsWith("result.json", StringComparison.Ordinal)));
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, file => Assert.Equal(file.Value, found[file.Key]));
    }

    [Fact]
    public void Ctrl_c_ends_every_job_after_its_last_saved_epoch()
    {
        using var study = new TinyStudy(epochs: 60);
        using CommandProcess run = Start(study.Path, study.Runs(), jobs: 2);
        run.WaitForEpoch(2, 60);
        int[] jobs = JobsOf(run);
        Assert.Equal(2, jobs.Length);
        run.Interrupt();
        (int code, _, string errors) = run.Finish();
        Assert.Equal(130, code);
        Assert.Contains("the next run goes on", errors, StringComparison.Ordinal);
        Assert.All(jobs, job => Assert.True(IsGone(job)));
        Assert.NotEmpty(study.Files("last.safetensors"));
    }

    [Fact]
    public void No_job_outlives_a_run_that_was_killed()
    {
        using var study = new TinyStudy(epochs: 200);
        using CommandProcess run = Start(study.Path, study.Runs(), jobs: 2);
        run.WaitForEpoch(1, 200);
        int[] jobs = JobsOf(run);
        Assert.Equal(2, jobs.Length);
        run.Kill();
        Assert.All(jobs, job => Assert.True(IsGone(job)));
    }

    [Fact]
    public void A_job_that_dies_fails_its_cell_alone()
    {
        using var study = new TinyStudy(epochs: Epochs);
        using CommandProcess run = Start(study.Path, study.Runs(), jobs: 2);
        run.WaitForEpoch(1, Epochs);
        Signal("-KILL", JobsOf(run)[0]);
        Assert.Equal(1, run.Finish().Code);
        Assert.Single(study.Files("result.json"));
        Assert.Contains("its process was ended by signal 9, perhaps for lack of memory; try fewer --jobs",
            File.ReadAllText(Assert.Single(study.Files("failure.json"))), StringComparison.Ordinal);

        using CommandProcess again = Start(study.Path, study.Runs(), jobs: 2);
        Assert.Equal(0, again.Finish().Code);
        Assert.Equal(2, study.Files("result.json").Length);
        Assert.Empty(study.Files("failure.json"));
    }

    [Fact]
    public void A_cell_that_fails_and_bad_input_end_as_they_do_one_after_another()
    {
        using var study = new TinyStudy(lr: "1e20");
        using (CommandProcess failing = CommandProcess.Start("run", study.Path, "--out", study.Runs(), "--jobs", "2", "--threads",
            "2", "--set", "train.warmup_epochs=0"))
        {
            (int code, string output, _) = failing.Finish();
            Assert.Equal(1, code);
            Assert.Equal(2, output.Split('\n').Count(l => l.Contains("FAILED: the loss became", StringComparison.Ordinal)));
        }
        using CommandProcess bad = CommandProcess.Start("run", study.Path, "--out", study.Runs("bad"), "--jobs", "2", "--threads",
            "2", "--set", "train.batch_size=161", "--set", "train.drop_last=true");
        (int badCode, string told, _) = bad.Finish();
        Assert.Equal(1, badCode);
        Assert.Equal(2, told.Split('\n').Count(l => l.Contains("FAILED:", StringComparison.Ordinal)
            && l.Contains("160 pictures do not fill a batch of 161; lower batch_size", StringComparison.Ordinal)));
    }
}
