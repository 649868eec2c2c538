using Postern.Cli.Progress;
using Postern.Studies;
using Postern.Tests.Reports;
using Postern.Tests.Studies;
using Postern.Training;

namespace Postern.Tests.Cli;

public sealed class ReportingProgressTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Cell cell;
    private readonly Clock clock = new();
    private readonly List<string> heard = [];

    public ReportingProgressTests() => cell = SampleRuns.Study(folder).Cells[0];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_report_is_written_at_each_turn_of_a_cell_and_after_an_epoch_when_some_time_has_passed()
    {
        int written = 0;
        var progress = new ReportingProgress(Hear, () => written++, clock);
        progress.Show(new CellStarted(cell.Id, 0));
        Assert.Equal(1, written);
        clock.Advance(ReportingProgress.Pause - TimeSpan.FromSeconds(1));
        progress.Show(new EpochFinished(cell.Id, Epoch));
        Assert.Equal(1, written);
        clock.Advance(TimeSpan.FromSeconds(1));
        progress.Show(new EpochFinished(cell.Id, Epoch));
        progress.Show(new EpochFinished(cell.Id, Epoch));
        Assert.Equal(2, written);
        progress.Show(new CellFailed(cell.Id, "why"));
        Assert.Equal(3, written);
        Assert.Equal(["CellStarted", "EpochFinished", "EpochFinished", "EpochFinished", "CellFailed"], heard);
    }

    [Fact]
    public void A_report_that_takes_long_is_written_less_often()
    {
        int written = 0;
        var progress = new ReportingProgress(Hear, () =>
        {
            written++;
            clock.Advance(TimeSpan.FromSeconds(3));
        }, clock);
        progress.Show(new CellStarted(cell.Id, 0));
        clock.Advance(TimeSpan.FromSeconds(59));
        progress.Show(new EpochFinished(cell.Id, Epoch));
        Assert.Equal(1, written);
        clock.Advance(TimeSpan.FromSeconds(1));
        progress.Show(new EpochFinished(cell.Id, Epoch));
        Assert.Equal(2, written);
    }

    [Fact]
    public void However_many_cells_a_study_has_its_page_takes_a_twentieth_of_the_time_and_shows_the_last_turn()
    {
        (int finished, int shown, int written) = (0, 0, 0);
        TimeSpan total = TimeSpan.Zero, writing = TimeSpan.Zero;
        var progress = new ReportingProgress(Hear, () =>
        {
            written++;
            shown = finished;
            writing += TimeSpan.FromMilliseconds(1 + finished);
            Pass(TimeSpan.FromMilliseconds(1 + finished));
        }, clock);
        while (finished < 1000)
        {
            progress.Show(new CellStarted(cell.Id, 0));
            Pass(TimeSpan.FromMilliseconds(100));
            finished++;
            progress.Show(new CellFinished(cell.Id, 0.5, null, null));
        }
        Assert.True(writing * 15 < total, $"{writing} of {total}");
        Assert.InRange(written, 10, 100);
        Pass(TimeSpan.FromSeconds(30));
        progress.Show(new Stepped(cell.Id, new StepProgress(1, 1, 10, 0.1)));
        Assert.Equal(1000, shown);

        void Pass(TimeSpan time)
        {
            clock.Advance(time);
            total += time;
        }
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_told_once_and_stops_nothing()
    {
        var progress =
            new ReportingProgress(Hear, () => throw new InputException("index.html", "cannot be written (no space left)"), clock);
        progress.Show(new CellStarted(cell.Id, 0));
        progress.Show(new CellFailed(cell.Id, "why"));
        Assert.Equal(["CellStarted", "the report is not written: index.html: cannot be written (no space left); the run goes on",
            "CellFailed"],
            heard);
    }

    [Fact]
    public void The_page_shows_a_cell_that_is_running()
    {
        var run = new RunFolder(SampleRuns.Study(folder), folder.File("runs"));
        var progress = new ReportingProgress(Hear, run);
        CellDirectory directory = run.Of(cell);
        directory.Start();
        directory.AppendMetrics(Epoch);
        progress.Show(new CellStarted(cell.Id, 1));
        Assert.Contains("epoch 1 of 4", File.ReadAllText(Path.Combine(run.Report, "index.html")), StringComparison.Ordinal);
    }

    private void Hear(RunEvent happened) => heard.Add(happened is Warned e ? e.Warning : happened.GetType().Name);

    private static EpochMetrics Epoch { get; } = new(1, 40, 1.5, 0.002, 0.5, null, null, 800, 0.01, 4);

    private sealed class Clock : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan time) => ticks += time.Ticks;
    }
}
