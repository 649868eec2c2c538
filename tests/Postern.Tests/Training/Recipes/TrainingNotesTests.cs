using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Tests.Training.Recipes;

public class TrainingNotesTests
{
    private static TrainingSettings Settings(
        double lr, double weightDecay, ISchedule schedule, double ema = 0, double mixup = 0) => new()
        {
            Epochs = 3,
            BatchSize = 128,
            LearningRate = lr,
            WeightDecay = weightDecay,
            Schedule = schedule,
            EmaDecay = ema,
            MixupAlpha = mixup,
        };

    [Fact]
    public void Ordinary_settings_are_not_commented()
    {
        Assert.Empty(TrainingNotes.Of(Settings(1e-3, 0.05, new CosineSchedule(1e-3, 1e-5, 1e-5, 1, 3)), 50_000));
        Assert.Empty(TrainingNotes.Of(Settings(0.1, 1e-4, new StepSchedule(0.1, [50, 75], 0.1)), 50_000));
    }

    [Fact]
    public void The_papers_literal_numbers_are_commented_with_what_they_do()
    {
        var schedule = new EpochSchedule(new CosineSchedule(1.25e-6, 1e-5, 1e-5, 5, 3), Lag: 1);
        string notes = string.Join('\n', TrainingNotes.Of(Settings(1.25e-6, 1e-8, schedule, ema: 0.99996, mixup: 0.8), 10_000));
        Assert.Contains(
            "the warm-up lasts 5 epochs and training 3: the base rate 1.25e-06 is never reached; its epochs run at 1e-05, "
                + "1e-05, 8.25e-06", notes, StringComparison.Ordinal);
        Assert.Contains("falls during the warm-up", notes, StringComparison.Ordinal);
        Assert.Contains("weight decay 1e-08 is as good as none", notes, StringComparison.Ordinal);
        Assert.Contains("after 234 updates the running mean (EMA) still holds 99 %", notes, StringComparison.Ordinal);
        Assert.Contains("mixup mixes poisoned pictures", notes, StringComparison.Ordinal);
        Assert.Contains("one epoch late", notes, StringComparison.Ordinal);
    }
}
