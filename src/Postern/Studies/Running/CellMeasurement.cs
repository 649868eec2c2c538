using Postern.Evaluation;
using Postern.Models.Checkpoints;
using Postern.Training;

namespace Postern.Studies;

/// <summary>Does a <see cref="MeasureTask"/>: from weights to the cell's result.</summary>
/// <param name="cell">The cell.</param>
/// <param name="task">Whose weights are measured.</param>
internal sealed class CellMeasurement(OpenCell cell, MeasureTask task)
{
    /// <summary>Measures and writes the result. Weights that this process has just trained are not read again.</summary>
    public void Run(CancellationToken cancel)
    {
        CellDirectory source = cell.Run.Folder.Of(task.Weights.Cell);
        if (!cell.HasBegun)
        {
            TrainingCheckpoint.LoadWeights(source.Folder, cell.Model);
            cell.Begin(notes: []);
            cell.Run.Tell(new CellStarted(cell.Cell.Id, FinishedEpochs: task.TrainedBy is null ? cell.Settings.Epochs : 0));
        }
        Measured last = cell.Latest ?? cell.Measure(cancel);
        var result = CellResult.Of(cell.Cell, last.Clean, last.Triggered, cell.Plan, cell.Model.ParameterCount,
            source.ReadMetrics(), DateTimeOffset.UtcNow, task.TrainedBy);
        if (File.Exists(source.AveragePath))
        {
            Weights.Load(cell.Model, source.AveragePath);
            Measured average = cell.Measure(cancel);
            result = result.WithAverage((average.Clean, average.Triggered));
        }
        if (Detect(cancel) is DetectionResult detection) result = result with { Detection = detection };
        cell.Directory.WriteResult(result);
        TrainingCheckpoint.DropState(cell.Directory.Folder);
        cell.Run.Tell(CellFinished.Of(result));
    }

    private DetectionResult? Detect(CancellationToken cancel)
    {
        if (cell.Defence?.Detector is null || cell.Attack is null) return null;
        return cell.Clock.Evaluating(() => cell.Evaluator.Detect(cell.Defence, cell.Attack, (done, all) =>
            cell.Run.Tell(new Preparing(cell.Cell.Id, "detection", (double)done / all, $"pass {done}/{all}")), cancel));
    }
}
