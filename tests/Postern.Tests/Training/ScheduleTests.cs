using Postern.Training;

namespace Postern.Tests.Training;

public class ScheduleTests
{
    [Fact]
    public void Cosine_warms_up_linearly_and_ends_at_the_minimum()
    {
        var schedule = new CosineSchedule(Base: 1.0, Min: 0.1, WarmupStart: 0.2, WarmupEpochs: 2, Epochs: 10);
        Assert.Equal(0.2, schedule.At(0), 1e-12);
        Assert.Equal(0.6, schedule.At(1), 1e-12);
        Assert.Equal(0.55, schedule.At(5), 1e-12);
        Assert.Equal(0.1, schedule.At(10), 1e-12);
        Assert.Equal(0.1, schedule.At(11), 1e-12);
    }

    [Fact]
    public void The_cosines_progress_counts_the_warm_up() =>
        Assert.Equal(0.55 + 0.45 * Math.Cos(Math.PI * 0.2), new CosineSchedule(1.0, 0.1, 0.2, 2, 10).At(2), 1e-12);

    [Fact]
    public void Step_multiplies_after_each_milestone()
    {
        var schedule = new StepSchedule(0.1, [50, 75], 0.1);
        Assert.Equal(0.1, schedule.At(49.99), 1e-12);
        Assert.Equal(0.01, schedule.At(50), 1e-12);
        Assert.Equal(0.001, schedule.At(75.5), 1e-12);
    }
}
