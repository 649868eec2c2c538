using System.Globalization;
using Postern.Defences.Filters;
using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Studies;

/// <summary>Does a <see cref="TrainTask"/>. What is on disk after each epoch is enough to continue to the bit.</summary>
/// <param name="cell">The cell.</param>
/// <param name="task">What its training starts from.</param>
internal sealed class CellTraining(OpenCell cell, TrainTask task)
{
    private const string MetricsKey = "metrics", PartsKey = "parts";

    private readonly Action<RunEvent> tell = cell.Run.Tell;

    /// <summary>Trains from the last finished epoch to the last.</summary>
    public void Run(CancellationToken cancel)
    {
        (CellDirectory directory, TrainingSettings settings, string id) = (cell.Directory, cell.Settings, cell.Cell.Id);
        cell.Begin([.. PutStart(),
            .. settings.Epochs == 0 ? [] : TrainingNotes.Of(settings, cell.Dataset.Train.Count),
            .. cell.Attack?.TriggerNotes(cell.Attack.PlantedSize(cell.Dataset)) ?? []]);
        FilterRecord? filter = task.Filter is null ? null : directory.ReadFilter();
        ITrainingRule? rule = filter is { Removed.Count: > 0 } ? new KeptSamples(filter.Removed) : cell.Defence.TrainingRule;
        using var trainer = new Trainer(cell.Model, settings, cell.Cell.Seed, rule) { Divided = Divided };
        Restore(trainer);
        if (StepMemory.Shortage(cell) is string shortage) tell(new Warned(id, shortage));
        var probes = new TrainingProbes(cell);
        probes.Keep(trainer.Epoch);
        tell(new CellStarted(id, trainer.Epoch));
        BatchLoader train = cell.TrainingBatches();
        while (trainer.Epoch < settings.Epochs)
        {
            EpochResult epoch = RunEpoch(trainer, train, cancel);
            cell.Clock.Trained(epoch);
            cell.Latest = IsMeasured(trainer.Epoch) ? cell.Measure(cancel) : null;
            probes.Look(trainer.Epoch, cancel);
            var metrics = EpochMetrics.Of(
                epoch, cell.Latest?.Clean.Acc.Value, cell.Latest?.Triggered?.Asr.Value, cell.Latest?.Triggered?.Ra.Value);
            // The line comes before the checkpoint: after a kill between them, the resumed run drops it and trains the epoch
            // again.
            cell.Clock.Saving(() =>
            {
                directory.AppendMetrics(metrics);
                Save(trainer);
            });
            tell(new EpochFinished(id, metrics));
        }
        // Weights that are measured as they are lie here as trained ones do, for all cells that rest on them.
        if (settings.Epochs == 0) cell.Clock.Saving(() => Save(trainer));
        // The mean is part of the output; the optimiser's moments and the checkpoint before this one stay until the result is
        // there.
        if (trainer.Average is WeightAverage average) cell.Clock.Saving(() => directory.WriteAverage(average, cell.Header));
    }

    /// <summary>Puts the newest checkpoint in place that is whole, and the epochs that it knows of.</summary>
    private void Restore(Trainer trainer)
    {
        CellDirectory directory = cell.Directory;
        RestoredTraining? restored = TrainingCheckpoint.TryLoad(directory.Folder, trainer.Loop);
        if (restored?.Damage is string damage)
            tell(new Warned(cell.Cell.Id, $"{damage}; it goes on from the checkpoint before, after epoch {trainer.Epoch}"));
        if (int.TryParse(restored?.Beside.GetValueOrDefault(PartsKey), CultureInfo.InvariantCulture, out int parts))
            trainer.Loop.Parts = parts;
        if (restored?.Beside.GetValueOrDefault(MetricsKey) is not string metrics) directory.TruncateMetrics(trainer.Epoch);
        else if (directory.RestoreMetrics(metrics))
            tell(new Warned(cell.Cell.Id, "metrics.jsonl was damaged or cut and is restored from the checkpoint"));
    }

    /// <summary>Trains an epoch or the rest of one; where it is stopped, the next run goes on with the next step.</summary>
    private EpochResult RunEpoch(Trainer trainer, BatchLoader train, CancellationToken cancel)
    {
        try
        {
            return trainer.RunEpoch(train, step => tell(new Stepped(cell.Cell.Id, step)), cancel);
        }
        catch (OperationCanceledException) when (trainer.Loop.Part is not null)
        {
            cell.Clock.Saving(() => Save(trainer));
            throw;
        }
    }

    private void Save(Trainer trainer)
    {
        var beside = new Dictionary<string, string> { [MetricsKey] = cell.Directory.MetricsText() };
        // A run that goes on adds up in the same order.
        if (trainer.Loop.Parts is > 1 and int parts) beside[PartsKey] = parts.ToString(CultureInfo.InvariantCulture);
        TrainingCheckpoint.Save(cell.Directory.Folder, trainer.Loop, cell.Header, beside);
    }

    /// <summary>Says, and keeps in the cell's record, that steps are done in parts from now on.</summary>
    private void Divided(int parts)
    {
        string note = FormattableString.Invariant(
            $"the card had no memory for a step of {cell.Settings.BatchSize} pictures at once: steps are done in {parts} parts whose gradients are added, which is the whole step but for rounding");
        tell(new Warned(cell.Cell.Id, note));
        if (cell.Directory.ReadDescription() is CellDescription description)
            cell.Directory.WriteDescription(description with { Notes = [.. description.Notes, note] });
    }

    private bool IsMeasured(int epoch) => epoch == cell.Settings.Epochs
        || (cell.Settings.EvaluateEvery > 0 && epoch % cell.Settings.EvaluateEvery == 0);

    /// <summary>Puts the weights in place that training starts from.</summary>
    /// <returns>What the user should know about them.</returns>
    private IReadOnlyList<string> PutStart()
    {
        if (task.Start is not WeightsTask start)
            return StartingPoint.Apply(cell.Model, cell.Cell.Model, asTheyAre: cell.Settings.Epochs == 0);
        TrainingCheckpoint.LoadWeights(cell.Run.Folder.Of(start.Cell).Folder, cell.Model);
        return [$"starts from the clean training {start.Cell.Id}"];
    }
}
