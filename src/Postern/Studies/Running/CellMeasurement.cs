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
        var result = CellResult.Of(cell.Cell, cell.TestInput, last.Clean, last.Triggered, cell.Plan, cell.Model.ParameterCount,
            source.ReadMetrics(), DateTimeOffset.UtcNow, task.TrainedBy);
        if (File.Exists(source.AveragePath))
        {
            Weights.Load(cell.Model, source.AveragePath);
            Measured average = cell.Measure(cancel);
            result = result.WithAverage((average.Clean, average.Triggered));
        }
        if (DefenceMeasures.Any(cell.Defence)) result = Defended(result, source, cancel);
        cell.Directory.WriteResult(result);
        TrainingCheckpoint.DropState(cell.Directory.Folder);
        cell.Run.Tell(CellFinished.Of(result));
    }

    /// <summary>Adds what the defence makes of the weights that were measured last.</summary>
    private CellResult Defended(CellResult result, CellDirectory source, CancellationToken cancel)
    {
        MeasuredWeights inModel = result.Measurements[^1].Weights;
        // A running mean is measured last; a repair starts from the weights that training ended with.
        if (cell.Defence.Repair is not null)
        {
            TrainingCheckpoint.LoadWeights(source.Folder, cell.Model);
            inModel = MeasuredWeights.Last;
        }
        var measures = new DefenceMeasures(cell.Cell.Defence.Name, cell.Defence, cell.Directory, cell.CleanPictures,
            (step, share, detail) => cell.Run.Tell(new Preparing(cell.Cell.Id, step, share, detail)));
        return cell.Clock.Evaluating(() => measures.AddTo(result, cell.Evaluator, cell.Attack, inModel, cancel));
    }
}
