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
        cell.BeginTrained(elsewhere: task.TrainedBy is not null);
        Measured last = cell.Latest ?? MeasureTrained(source, cancel);
        var result = CellResult.Of(cell.Cell, cell.TestInput, last.Clean, last.Triggered, cell.Plan, cell.Model.ParameterCount,
            source.ReadMetrics(), DateTimeOffset.UtcNow, task.TrainedBy);
        if (File.Exists(source.AveragePath))
        {
            Measured average = Measure(source.AveragePath, cancel);
            result = result.WithAverage((average.Clean, average.Triggered));
        }
        if (task.Repair is not null)
        {
            Measured repaired = Measure(cell.Directory.RepairedPath, cancel);
            result = result.WithRepaired((repaired.Clean, repaired.Triggered));
        }
        if (DefenceMeasures.Any(cell.Defence)) result = Judged(result, cancel);
        cell.Directory.WriteResult(result);
        TrainingCheckpoint.DropState(cell.Directory.Folder);
        cell.Run.Tell(CellFinished.Of(result));
    }

    private Measured MeasureTrained(CellDirectory source, CancellationToken cancel)
    {
        TrainingCheckpoint.LoadWeights(source.Folder, cell.Model);
        return cell.Measure(cancel);
    }

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
