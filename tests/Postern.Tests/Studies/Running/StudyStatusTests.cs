using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class StudyStatusTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunFolder run;

    public StudyStatusTests() => run = new RunFolder(StudyArguments.ReadFile(folder.File("looked-at.yaml", """
        datasets: [signs]
        models: [resnet-mini]
        attacks: [none, badnets, blend]
        preset: quick
        train: {epochs: 10}
        """), []), folder.File("runs"));

    public void Dispose() => folder.Dispose();

    private static EpochMetrics Epoch(int number, double seconds) =>
        new(number, number, 1, 0.1, null, null, null, 850, 0, seconds);

    private string[] Lines() => [.. StatusLines.Of(StudyStatus.Of(run), all: true)];

    [Fact]
    public void A_running_cell_is_shown_with_epoch_rate_time_left_and_its_process()
    {
        CellDirectory directory = run.Of(run.Study.Cells[0]);
        using FolderClaim held = FolderClaim.TryTake(directory.Folder)!;
        directory.AppendMetrics(Epoch(1, 2));
        directory.AppendMetrics(Epoch(2, 2));
        string line = Assert.Single(Lines(), l => l.StartsWith("running", StringComparison.Ordinal));
        Assert.Matches(@"epoch 2 of 10, 850 img/s, 1\d s left, process \d+ on ", line);
        Assert.Contains($"          log {directory.Folder}", Lines());
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 15)]
    [InlineData(500, 14)]
    public void Time_left_is_that_of_the_epochs_to_go_less_what_the_present_one_has_had(double sinceLast, double expected) =>
        Assert.Equal(expected, CellStatus.Left([Epoch(1, 1), Epoch(2, 3)], 10, sinceLast));

    [Fact]
    public void What_failed_stopped_or_has_not_begun_is_told_apart_and_counted()
    {
        run.Of(run.Study.Cells[0]).WriteFailure("the loss became NaN");
        run.Of(run.Study.Cells[1]).AppendMetrics(Epoch(1, 2));
        string[] lines = Lines();
        Assert.Equal("looked-at: 3 cells, 1 failed, 1 stopped, 1 waiting", lines[0]);
        Assert.Contains(lines, l => l == $"failed    {run.Study.Cells[0].Id}  the loss became NaN");
        Assert.Contains(lines, l => l == $"stopped   {run.Study.Cells[1].Id}  epoch 1 of 10, the next run goes on");
        Assert.Contains(lines, l => l == $"waiting   {run.Study.Cells[2].Id}");
        // Who watches sees what happens and what went wrong.
        Assert.DoesNotContain(StatusLines.Of(StudyStatus.Of(run), all: false),
            l => l.Contains(run.Study.Cells[2].Id, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_learned_for_an_attack_is_shown_while_it_is_made()
    {
        Assert.False(StudyStatus.Of(run).IsRunning);
        using FolderClaim held = FolderClaim.TryTake(Path.Combine(run.Artifacts, "issba-encoder-1f2e3d4c"))!;
        Assert.True(StudyStatus.Of(run).IsRunning);
        Assert.Matches("^prepares  issba-encoder-1f2e3d4c, process ", Lines()[1]);
    }

    [Theory]
    [InlineData(null, null, "17", "17")]
    [InlineData("12", "3", "17", "12_3")]
    [InlineData("12", "0", "12", "12_0")]
    [InlineData("", "", "17", "17")]
    [InlineData(null, null, null, null)]
    public void A_job_of_an_array_is_named_by_its_element(string? array, string? element, string? job, string? expected)
    {
        var variables = new Dictionary<string, string?>
        {
            ["SLURM_ARRAY_JOB_ID"] = array,
            ["SLURM_ARRAY_TASK_ID"] = element,
            ["SLURM_JOB_ID"] = job,
        };
        Assert.Equal(expected, ProcessName.JobName(v => variables.GetValueOrDefault(v)));
    }
}
