using Postern.Training.Optimisation;

namespace Postern.Tests.Training.Optimisation;

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

    [Fact]
    public void The_papers_literal_schedule_runs_its_three_epochs_at_the_rates_of_the_official_program()
    {
        // docs/reference/models.md 7.4, had by running that program's scheduler: lr 5e-6 * 128 / 512, five warm-up epochs from
        // 1e-5.
        var schedule = new EpochSchedule(
            new CosineSchedule(Base: 1.25e-6, Min: 1e-5, WarmupStart: 1e-5, WarmupEpochs: 5, Epochs: 3), Lag: 1);
        Assert.Equal(1e-5, schedule.At(0), 1e-12);
        Assert.Equal(1e-5, schedule.At(1), 1e-12);
        Assert.Equal(8.25e-6, schedule.At(2), 1e-12);
        Assert.Equal(8.25e-6, schedule.At(2.9), 1e-12);
    }

    [Fact]
    public void Without_lag_an_epoch_runs_at_its_own_value() =>
        Assert.Equal(0.6, new EpochSchedule(new CosineSchedule(1.0, 0.1, 0.2, 2, 10), Lag: 0).At(1.7), 1e-12);
}
