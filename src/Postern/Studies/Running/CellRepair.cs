using System.Diagnostics;
using Postern.Defences;
using Postern.Defences.Repairs;
using Postern.Native;
using Postern.Training;

namespace Postern.Studies;

/// <summary>
/// Does a <see cref="RepairTask"/>: from trained weights to repaired ones, which lie in the cell's folder from then on.
/// </summary>
/// <param name="cell">The cell.</param>
/// <param name="task">What is repaired.</param>
internal sealed class CellRepair(OpenCell cell, RepairTask task)
{
    /// <summary>Repairs; an interrupted repair begins anew.</summary>
    public void Run(CancellationToken cancel)
    {
        TrainingCheckpoint.LoadWeights(cell.Run.Folder.Of(task.Trained.Cell).Folder, cell.Model);
        cell.BeginTrained(elsewhere: task.Trained.Place != task.Place);
        IRepair repair = cell.Defence.Repair!;
        var watch = Stopwatch.StartNew();
        string? why = null;
        try
        {
            cell.Clock.Repairing(() => repair.Repair(new RepairInputs(cell.Model, cell.CleanPictures, cell.Cell.Seed,
                share => cell.Run.Tell(new Preparing(cell.Cell.Id, "repair", share, "")), cancel)
            {
                Another = cell.NewModel,
            }));
        }
        catch (NotApplicableException e)
        {
            // The row of a repair that has no answer shows the trained weights, and says so.
            why = e.Message;
            TrainingCheckpoint.LoadWeights(cell.Run.Folder.Of(task.Trained.Cell).Folder, cell.Model);
        }
        cell.Directory.WriteRepair(new RepairRecord(watch.Elapsed.TotalSeconds, Machine.PeakMemory, why));
        cell.Directory.WriteRepaired(cell.Model.state_dict(), cell.Header);
    }
}
