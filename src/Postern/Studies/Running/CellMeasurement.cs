using System.Diagnostics;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Models.Checkpoints;
using Postern.Native;
using Postern.Training;

namespace Postern.Studies;

/// <summary>Does a <see cref="MeasureTask"/>: from weights to the cell's result.</summary>
/// <param name="cell">The cell.</param>
/// <param name="task">Whose weights are measured.</param>
internal sealed class CellMeasurement(OpenCell cell, MeasureTask task)
{
    /// <summary>Measures what is not measured yet. Weights that this process has just trained are not read again.</summary>
    public void Run(CancellationToken cancel)
    {
        CellDirectory source = cell.Run.Folder.Of(task.Weights.Cell);
        cell.BeginTrained(elsewhere: task.TrainedBy is not null);
        if (!cell.Directory.IsDone) WriteResult(source, cancel);
        if (cell.Run.Folder.AdversarialOf(cell.Cell) is Choice asked)
            new AdversarialMeasurement(cell, task, asked).Run(cancel);
        if (cell.Run.Folder.OpenProbesOf(cell.Cell) is { Count: > 0 } probes)
        {
            new ProbeMeasurement(cell, task, probes).Run(
                (probe, share) => cell.Run.Tell(new Preparing(cell.Cell.Id, probe, share, "")), cancel);
        }
        cell.Run.Tell(CellFinished.Of(cell.Directory.ReadResult()!));
    }

    private void WriteResult(CellDirectory source, CancellationToken cancel)
    {
        // Trained elsewhere or earlier, or trained here and since repaired: the model has other weights than the trained ones.
        if (cell.Latest is null || task.Repair is not null) TrainingCheckpoint.LoadWeights(source.Folder, cell.Model);
        Measured last = cell.Latest ?? cell.Measure(cancel);
        var result = CellResult.Of(cell.Cell, cell.TestInput, last.Clean, last.Triggered, cell.Plan, cell.Model.ParameterCount,
            source.ReadMetrics(), DateTimeOffset.UtcNow, task.TrainedBy)
            .WithPoisonFit(MeasuredWeights.Last, cell.PoisonFit(cancel));
        if (File.Exists(source.AveragePath))
        {
            Measured average = Measure(source.AveragePath, cancel);
            result = result.WithAverage((average.Clean, average.Triggered))
                .WithPoisonFit(MeasuredWeights.Average, cell.PoisonFit(cancel));
        }
        if (cell.Defence.TokenShuffle > 0 && !cell.Model.OrdersTokens)
            result = result with { NotApplicable = "the model's blocks do not depend on the order of tokens" };
        if (task.Filter is not null && cell.Directory.ReadFilter() is FilterRecord filter)
        {
            result = result with
            {
                Filtered = FilterResult.Of(
                    filter.Removed, filter.Flagged, cell.Plan, cell.Dataset.Train.Labels, cell.Dataset.Classes),
                NotApplicable = filter.NotApplicable,
                DefenceSeconds = filter.Seconds,
                DefencePeakMemory = filter.PeakMemory,
            };
        }
        if (task.Repair is not null)
        {
            Measured repaired = Measure(cell.Directory.RepairedPath, cancel);
            result = result.WithRepaired((repaired.Clean, repaired.Triggered))
                .WithPoisonFit(MeasuredWeights.Repaired, cell.PoisonFit(cancel));
            RepairRecord? repair = cell.Directory.ReadRepair();
            result = result with
            {
                NotApplicable = repair?.NotApplicable,
                DefenceSeconds = repair?.Seconds,
                DefencePeakMemory = repair?.PeakMemory,
            };
        }
        if (task.Floor is RepairTask floor)
        {
            result = result with
            {
                Retuning = cell.Clock.Evaluating(() => new CellRetuning(cell, floor).Run(cancel)),
            };
        }
        if (DefenceMeasures.Any(cell.Defence))
        {
            var watch = Stopwatch.StartNew();
            result = Judged(result, cancel);
            result = result with
            {
                Scans = [.. result.Scans.Select(s => s with { CleanSuspicions = CleanSuspicions() })],
                DefenceSeconds = (result.DefenceSeconds ?? 0) + watch.Elapsed.TotalSeconds,
                DefencePeakMemory = Machine.PeakMemory,
            };
        }
        cell.Directory.WriteResult(result);
        TrainingCheckpoint.DropState(cell.Directory.Folder);
    }

    /// <summary>What the same scan said of clean models; null where none were asked for.</summary>
    private IReadOnlyList<double>? CleanSuspicions() => task.Calibration.Count == 0 ? null :
    [
        .. task.Calibration.Select(c => cell.Run.Folder.Of(c.Cell).ReadResult()).SelectMany(r => r?.Scans ?? [])
            .Select(s => s.Suspicion).OfType<double>(),
    ];

    private Measured Measure(string weights, CancellationToken cancel)
    {
        Weights.Load(cell.Model, weights);
        return cell.Measure(cancel);
    }

    /// <summary>Adds what the defence says of the weights that were measured last.</summary>
    private CellResult Judged(CellResult result, CancellationToken cancel)
    {
        MeasuredWeights inModel = task.Repair is not null ? MeasuredWeights.Repaired : result.Measurements[^1].Weights;
        var measures = new DefenceMeasures(cell.Cell.Defence.Name, cell.Defence, cell.Directory, cell.CleanPictures,
            (step, share, detail) => cell.Run.Tell(new Preparing(cell.Cell.Id, step, share, detail)));
        return cell.Clock.Evaluating(() => measures.AddTo(result, cell.Evaluator, cell.Attack, inModel, cancel));
    }
}
