using Postern.Datasets;
using Postern.Models;
using Postern.Native;
using Postern.Probes;
using Postern.Training;

namespace Postern.Studies;

/// <summary>Looks inside the network of a finished cell (<see cref="KnockOutTrial"/>).</summary>
/// <param name="run">Where it is.</param>
/// <param name="threads">Threads of this process.</param>
public sealed class CellProbe(RunFolder run, int threads)
{
    /// <summary>Why a cell is left out; null where it can be tried.</summary>
    public string? Unfit(Cell cell)
    {
        if (cell.Attack.Name == "none") return "nobody attacks it";
        if (cell.OnlyDetects || cell.OnlyScans) return "it is the undefended cell's network";
        return run.Of(cell).IsDone ? null : "it is not done";
    }

    /// <summary>Tries a cell, and writes <c>knock-outs.json</c> into its folder.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="pictures">How many clean and how many triggered test pictures; 0 for all.</param>
    /// <param name="progress">Hears which share is done.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="InputException">Its network cannot be tried, or its data or weights are not there.</exception>
    public KnockOutRecord Run(Cell cell, int pictures, Action<double>? progress = null, CancellationToken cancel = default)
    {
        using Dataset dataset = DatasetCatalog.Open(cell.Dataset);
        var context = new RunContext(run, dataset, new ThreadBudget(threads), ComputeDevice.Cpu, _ => { }, new PreparedAttacks(),
            new HashSet<string>());
        using OpenCell open = OpenCell.Of(cell, context, new CellClock(), cancel);
        if (KnockOutTrial.Unfit(open.Model) is string why) throw new InputException(cell.Id, why);
        var weights = open.PutShownWeights(run.Study.Work.Of(cell));
        var trial = new KnockOutTrial(open.Evaluator, (Vim)open.Model, open.Attack!, pictures);
        var record = new KnockOutRecord(cell.Id, weights, pictures, trial.Run(progress, cancel));
        RecordFormat.Write(Path.Combine(open.Directory.Folder, KnockOutRecord.FileName), record);
        return record;
    }
}
