using System.Globalization;
using Postern.Training.Input;
using Postern.Training.Optimisation;

namespace Postern.Training.Recipes;

/// <summary>
/// What in a run's settings does something else than one would think. Said from the settings and not from a preset's name, so
/// that an override of the study is heard too.
/// </summary>
public static class TrainingNotes
{
    /// <summary>A sentence for each surprise; none for ordinary settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="samples">Pictures of the training split.</param>
    public static IEnumerable<string> Of(TrainingSettings settings, int samples)
    {
        ISchedule schedule = settings.Schedule is EpochSchedule held ? held.Inner : settings.Schedule;
        if (schedule is CosineSchedule cosine)
        {
            if (cosine.WarmupEpochs >= settings.Epochs)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"the warm-up lasts {cosine.WarmupEpochs} epochs and training {settings.Epochs}: the base rate "
                        + $"{cosine.Base:g4} is never reached; {Rates(settings)}");
            if (cosine.WarmupEpochs > 0 && cosine.Base < cosine.WarmupStart)
                yield return Say(
                    $"the learning rate falls during the warm-up, from {cosine.WarmupStart:g4} towards {cosine.Base:g4}");
            if (cosine.Base < cosine.Min && cosine.WarmupEpochs < settings.Epochs)
                yield return Say($"the base rate {cosine.Base:g4} is below min_lr {cosine.Min:g4}: the cosine rises");
        }
        if (settings.Schedule is EpochSchedule { Lag: > 0 } && settings.Epochs > 1)
            yield return "the schedule is one epoch late, as in the official program: epochs 1 and 2 run at the same rate";
        if (settings.WeightDecay is > 0 and < 1e-6)
            yield return Say($"weight decay {settings.WeightDecay:g4} is as good as none");
        if (settings.EmaDecay > 0)
        {
            int shown = RepeatedAugmentation.Showings(samples, settings.Repeats);
            long updates = (long)settings.Epochs * Math.Max(1, shown / settings.BatchSize / settings.Accumulate);
            double left = Math.Pow(settings.EmaDecay, updates);
            if (left > 0.05)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"after {updates} updates the running mean (EMA) still holds {left:p0} of the weights that "
                        + $"training started from");
        }
        if (settings.Repeats > 1)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"repeated augmentation: an epoch shows one picture in {settings.Repeats}, each {settings.Repeats} times");
        if (settings.MixupAlpha > 0)
            yield return "mixup mixes poisoned pictures and their labels with others too";
    }

    private static string Rates(TrainingSettings settings)
    {
        const int shown = 5;
        IEnumerable<string> rates = Enumerable.Range(0, Math.Min(settings.Epochs, shown))
            .Select(e => Say($"{settings.Schedule.At(e):g3}"));
        return $"its epochs run at {string.Join(", ", rates)}{(settings.Epochs > shown ? ", ..." : "")}";
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
