using System.Diagnostics;
using Postern.Defences;
using Postern.Defences.Filters;
using Postern.Models;
using Postern.Native;
using Postern.Training;
using Postern.Training.Input;

namespace Postern.Studies;

/// <summary>Does a <see cref="FilterTask"/>: from a model that was trained on all samples to whom the cell's training leaves out.
/// </summary>
/// <param name="cell">The cell.</param>
/// <param name="task">Whose weights are inspected.</param>
internal sealed class CellFiltering(OpenCell cell, FilterTask task)
{
    /// <summary>Filters; an interrupted filter begins anew.</summary>
    public void Run(CancellationToken cancel)
    {
        using Backbone model = cell.NewModel();
        TrainingCheckpoint.LoadWeights(cell.Run.Folder.Of(task.Trained.Cell).Folder, model);
        BatchLoader seen = cell.TrainingBatches();
        var watch = Stopwatch.StartNew();
        (FilterVerdict verdict, string? why) = (new FilterVerdict([], null), null);
        try
        {
            verdict = cell.Clock.Evaluating(() => cell.Defence.Filter!.Filter(new FilterInputs(
                model, seen with { Augment = Augmentations.InTests(cell.Dataset), DropLast = false, Repeats = 1 }, seen,
                cell.Settings, cell.CleanPictures, cell.Dataset.Classes, cell.Cell.Seed,
                share => cell.Run.Tell(new Preparing(cell.Cell.Id, "filter", share, "")), cancel)
            {
                Another = cell.NewModel,
            }));
        }
        catch (NotApplicableException e)
        {
            why = e.Message;
        }
        if (verdict.Removed.Count == cell.Dataset.Train.Count)
            (verdict, why) = (new FilterVerdict([], verdict.Flagged), "it removes every sample of the training set");
        cell.Directory.WriteFilter(
            new FilterRecord(verdict.Removed, verdict.Flagged, watch.Elapsed.TotalSeconds, Machine.PeakMemory, why));
    }
}
