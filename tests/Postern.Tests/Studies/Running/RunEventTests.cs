using Postern.Studies;
using Postern.Studies.Jobs;
using Postern.Training;

namespace Postern.Tests.Studies;

public class RunEventTests
{
    public static TheoryData<RunEvent> Events { get; } =
    [
        new Preparing("c", "issba-encoder", 0.25, "epoch 1/4"), new CellStarted("c", 3),
        new Stepped("c", new StepProgress(1, 64, 128, 2.5)),
        new EpochFinished("c", new EpochMetrics(1, 40, double.NaN, 0.002, 0.5, null, null, 800, 0.01, 4)),
        new CellFinished("c", 0.9, null, null),
        new CellFailed("c", "why \"so\""), new CellSkipped("c", "held"), new Noted("c", "note"), new Warned("c", "warning"),
        new Settled("c", TaskOutcome.Failed, "why"),
    ];

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_comes_out_of_a_job_as_it_was(RunEvent happened) =>
        Assert.Equal(happened, JobLine.Read<RunEvent>(JobLine.Of(happened)));

    [Fact]
    public void Every_kind_of_event_is_tried_above() => Assert.Equal(
        typeof(RunEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(RunEvent))).Select(t => t.Name).Order(),
        Events.Select(row => row.Data.GetType().Name).Order());

    [Fact]
    public void The_error_of_a_job_is_told_in_its_own_words()
    {
        Assert.Equal("study.yaml: is empty", ErrorText.MessageOf(ErrorText.Line("study.yaml:\nis empty")));
        Assert.Equal("its process was ended by signal 6: a wrong index", ErrorText.ProcessEnded(134, "a wrong index"));
        Assert.Equal("its process was ended by signal 6 because there was no memory left; try fewer --jobs, a smaller batch_size "
            + "or a higher limit", ErrorText.ProcessEnded(134, "std::bad_alloc"));
        Assert.Equal("its process was ended by signal 9, perhaps for lack of memory; try fewer --jobs",
            ErrorText.ProcessEnded(137, ""));
        Assert.Equal("its process ended with exit code 3", ErrorText.ProcessEnded(3, ""));
    }
}
