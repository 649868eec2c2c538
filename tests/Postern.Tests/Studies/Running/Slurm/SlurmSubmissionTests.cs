using Postern.Cli;
using Postern.Cli.Commands;
using Postern.Studies;
using Postern.Studies.Jobs;
using Postern.Studies.Slurm;

namespace Postern.Tests.Studies.Slurm;

/// <summary>Submissions to commands that pose as Slurm's.</summary>
public sealed class SlurmSubmissionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeSlurm slurm = new();
    private readonly JobCommand command = new("/opt/postern", ["run"]);
    private readonly SlurmOptions options = new() { Partition = "main", Cpus = 2, Mem = "2G", Time = "60", Pack = 1 };
    private readonly RunFolder run;

    public SlurmSubmissionTests() => run = new RunFolder(StudyArguments.ReadFile(folder.File("sent.yaml", """
        name: sent
        datasets: [{name: signs, train: 160, test: 64}]
        models: [resnet-mini]
        attacks: [none, badnets]
        defences: [none, {name: patch-drop, protocol: test}]
        preset: quick
        train: {epochs: 2, precision: float32}
        """), []), folder.File("runs"));

    public void Dispose()
    {
        slurm.Dispose();
        folder.Dispose();
    }

    private SlurmLauncher Launcher(SlurmOptions? other = null, int? threads = null) =>
        new(run, other ?? options, command, threads);

    private string Sent(string name) => File.ReadAllText(Path.Combine(run.Path, "slurm", "1", name));

    [Fact]
    public void What_is_sent_can_be_read_and_says_all()
    {
        Launcher(options with { MaxParallel = 3, Gres = "gpu:1" }).Submit();
        string at = Path.GetFullPath(Path.Combine(run.Path, "slurm", "1"));
        Assert.Equal($"""
            #!/bin/bash
            #SBATCH --job-name=sent --array=1-2%3
            #SBATCH --output="{at}/logs/%A_%a.log" --open-mode=append
            #SBATCH --chdir="{at}"
            #SBATCH --partition=main --cpus-per-task=2 --mem=2G --time=60 --gres=gpu:1
            #SBATCH --requeue --signal=B:USR1@120
            # Task K does what line K of array-1.tasks names, but for what is done already.
            exec /opt/postern run {at}/study.yaml --out {Path.GetFullPath(run.Output)} --threads "$SLURM_CPUS_ON_NODE" \
              --slurm-tasks {at}/array-1.tasks --slurm-task "$SLURM_ARRAY_TASK_ID"

            """, Sent("array-1.sh").Replace("{SLURM_CPUS_ON_NODE:-1}", "SLURM_CPUS_ON_NODE", StringComparison.Ordinal));
        Assert.Equal($"{run.Study.Cells[0].Id}\n{run.Study.Cells[2].Id}\n", Sent("array-1.tasks"));
        Assert.EndsWith($"--out {Path.GetFullPath(run.Output)} --slurm-report 1\n", Sent("report.sh"), StringComparison.Ordinal);
        Assert.DoesNotContain("gpu", Sent("report.sh"), StringComparison.Ordinal);
        // Slurm starts nothing whose log it cannot open.
        Assert.True(Directory.Exists(Path.Combine(at, "logs")));
        // The copy is a study of the same cells, wherever it lies.
        Assert.Equal(run.Study.Cells.Select(c => c.Id),
            StudyArguments.ReadFile(Path.Combine(at, "study.yaml"), []).Cells.Select(c => c.Id));
    }

    [Fact]
    public void A_plan_is_exactly_what_is_submitted_and_touches_nothing()
    {
        string plan = Launcher().Plan();
        Assert.False(Directory.Exists(run.Output));
        Assert.Empty(slurm.Calls("sbatch"));
        Launcher().Submit();
        foreach (string name in new[] { "array-1.sh", "array-1.tasks", "array-2.sh", "array-3.tasks", "report.sh" })
            Assert.Contains(Sent(name), plan, StringComparison.Ordinal);
        string[] planned = [.. plan.Split('\n').Where(l => l.StartsWith("# sbatch ", StringComparison.Ordinal))
            .Select(l => l["# sbatch ".Length..])];
        Assert.Equal(slurm.Calls("sbatch"), planned.Select(l => l.Replace("<array-1>", "101", StringComparison.Ordinal)
            .Replace("<array-2>", "102", StringComparison.Ordinal).Replace("<array-3>", "103", StringComparison.Ordinal)));
        Assert.Equal(["", "--dependency=afterany:101_1 ", "--dependency=afterany:101_2 ", "--dependency=afterany:101:102:103 "],
            slurm.Calls("sbatch").Select(c => c["--parsable ".Length..c.IndexOf('/', StringComparison.Ordinal)]));
    }

    [Fact]
    public void What_is_in_the_queue_is_left_alone_and_waited_for()
    {
        Launcher().Submit();
        slurm.Queue("101|1|RUNNING|None|node1", "101|2|FAILED|NonZeroExitCode|node1", "102|1|PENDING|Dependency|",
            "103|1|COMPLETED|None|node1", "104|N/A|PENDING|Dependency|");
        Submitted second = Launcher().Submit();
        Assert.Equal((2, 2), (second.Queued, second.Groups));
        Assert.Equal([$"{run.Study.Cells[2].Id}\n", $"{run.Study.Cells[3].Id}\n"], new[] { "array-1", "array-2" }
            .Select(a => File.ReadAllText(Path.Combine(second.Folder!, $"{a}.tasks"))));
        slurm.Queue("101|1|RUNNING|None|node1", "102|1|PENDING|Dependency|", "105|1|RUNNING|None|node1",
            "106|1|PENDING|Dependency|");
        Assert.Null(Launcher().Submit().Folder);
        // Trained by an earlier submission, tested by the next.
        slurm.Queue("105|1|RUNNING|None|node1", "106|1|CANCELLED|None|");
        Launcher().Submit();
        Assert.Contains(slurm.Calls("sbatch"),
            c => c.Contains("afterany:105_1 ", StringComparison.Ordinal) && c.Contains("/3/", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_the_machine_decides_the_precision_the_nodes_are_told_that_of_the_machine_that_submits()
    {
        Study auto = StudyArguments.ReadFile(run.Study.FilePath, ["train.precision=auto"]);
        Assert.Contains($"--set train.precision={auto.Cells[0].Training.Word("precision")} ",
            new SlurmLauncher(run with { Study = auto }, options, command, 1).Plan(), StringComparison.Ordinal);
        Assert.DoesNotContain("--set", Launcher().Plan(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_the_study_does_not_have_is_an_error()
    {
        Launcher().Submit();
        string list = Path.Combine(run.Path, "slurm", "1", "array-1.tasks");
        Assert.Contains("has 2 tasks and none of number 3",
            Assert.Throws<InputException>(() => new SlurmTask(run, list, 3, 1, _ => { })).Message, StringComparison.Ordinal);
        RunFolder other = run with { Study = run.Study.Only(["attack=none"]) };
        Assert.Contains($"has no {run.Study.Cells[2].Id} here",
            Assert.Throws<InputException>(() => new SlurmTask(other, list, 2, 1, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_takes_back_what_was_submitted()
    {
        slurm.Refuse("array-3");
        Assert.Equal("--on slurm: Slurm refused array-3: not today; nothing is submitted",
            Assert.Throws<InputException>(() => Launcher().Submit()).Message);
        Assert.Equal(["101 102"], slurm.Calls("scancel"));
        Assert.Empty(Directory.GetDirectories(Path.Combine(run.Path, "slurm")));
    }

    [Fact]
    public void An_option_that_no_node_can_give_is_refused_before_anything_is_written()
    {
        Assert.Contains("valid are main, low",
            Assert.Throws<InputException>(() => Launcher(options with { Partition = "gpu" }).Submit()).Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Output));
    }

    [Fact]
    public void What_was_killed_is_tried_again_with_what_rests_on_it_and_what_was_cancelled_is_not()
    {
        Launcher(options with { Retries = 1 }).Submit();
        slurm.Queue("101|1|FAILED|RaisedSignal:9|node1", "101|2|CANCELLED|None|node1", "102|1|FAILED|NonZeroExitCode|node1",
            "103|1|FAILED|NonZeroExitCode|node1");
        run.Of(run.Study.Cells[1]).WriteFailure("it needs the weights of another");
        RoundEnd end = new SlurmRound(run, 1).End(command);
        Assert.Equal(["its job 101_1 was killed or could not be started (RaisedSignal:9)", "it needs the weights of another",
            "its job 101_2 was cancelled", "its job 103_1 failed"], end.Unfinished.Select(u => u.Reason));
        Assert.All(end.Unfinished, u => Assert.Contains(u.Reason, Sent("ended.txt"), StringComparison.Ordinal));
        Assert.Equal([$"{run.Study.Cells[0].Id}\n", $"{run.Study.Cells[1].Id}\n"],
            Directory.GetFiles(end.Again!.Folder!, "*.tasks").Order()
            .Select(File.ReadAllText));
        // The job of the report may itself be started twice.
        Assert.Null(new SlurmRound(run, 1).End(command).Again);
        Assert.Null(new SlurmRound(run, 2).End(command).Again);
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(run.Path, "slurm")).Length);
    }

    [Fact]
    public void Status_says_why_jobs_wait_and_where_their_logs_are()
    {
        Launcher().Submit();
        slurm.Queue("101|1|RUNNING|None|node1", "101|2|TIMEOUT|TimeLimit|node2", "102|1|PENDING|Dependency|",
            "103|1|CANCELLED|None|",
            "104|N/A|PENDING|Dependency|");
        StudyStatus status = SlurmStatus.Of(run);
        Assert.True(status.IsQueued);
        Assert.Equal([
            (CellPhase.Waiting, "job 101_1 on node1 comes to it"),
            (CellPhase.Waiting, "job 102_1: what it needs is not done (Dependency)"),
            (CellPhase.Failed, "its job 101_2 ran into its time limit without a checkpoint"),
            (CellPhase.Interrupted, "its job 103_1 was cancelled"),
        ], status.Cells.Select(c => (c.State.Phase, c.State.Reason)));
        string log = Path.GetFullPath(Path.Combine(run.Path, "slurm", "1", "logs", "101_2.log"));
        string[] lines = [.. StatusLines.Of(status, all: true)];
        Assert.Contains($"          log {log}", lines);
        Assert.Contains("note      2 jobs wait: what it needs is not done (Dependency)", lines);
    }

    [Fact]
    public void Cancelling_ends_every_job_and_the_next_submission_begins_anew()
    {
        Launcher().Submit();
        slurm.Queue("101|1|RUNNING|None|node1", "101|2|COMPLETED|None|node1", "104|N/A|PENDING|Dependency|");
        Stopped stopped = StudyStop.Stop(run);
        Assert.Equal(["101", "104"], stopped.Jobs);
        Assert.Equal(["101 104"], slurm.Calls("scancel"));
        Assert.Empty(stopped.Processes);
        Assert.Equal(4, Launcher().Submit().Groups);
    }

    [Fact]
    public void Without_slurm_a_plan_can_be_made_and_nothing_be_submitted()
    {
        // Put back when the commands are disposed of.
        Environment.SetEnvironmentVariable("PATH", folder.Path);
        Assert.Contains("#SBATCH --partition=main", Launcher().Plan(), StringComparison.Ordinal);
        Assert.Contains("is not on this machine", Assert.Throws<InputException>(() => Launcher().Submit()).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--partition main", "--partition: belongs to --on slurm")]
    [InlineData("--retries 3", "--retries: belongs to --on slurm")]
    [InlineData("--on slurm --jobs 2",
        "--on slurm: goes with none of --json, --jobs, --profile; --max-parallel limits its tasks")]
    [InlineData("--on slurm --cpus 0", "postern run: --cpus must be at least 1; see 'postern run --help'")]
    [InlineData("--on slurm --time soon", "--time: 'soon' is no time; valid are MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS, "
        + "DAYS-HOURS, DAYS-HOURS:MINUTES")]
    [InlineData("--on slurm --partition gpu", "--partition: Slurm has no partition 'gpu'; valid are main, low")]
    public void A_line_that_slurm_cannot_take_is_refused(string line, string expected)
    {
        using var errors = new StringWriter();
        Assert.Equal(2, Program.Run(["run", run.Study.FilePath, "--out", run.Output, .. line.Split(' ')], errors));
        Assert.Equal($"error: {expected}", errors.ToString().TrimEnd());
    }
}
