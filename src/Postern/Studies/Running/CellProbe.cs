using Postern.Configuration;
using Postern.Native;
using Postern.Probes;
using Postern.Training;

namespace Postern.Studies;

/// <summary>
/// Looks inside the networks of finished cells, one after another. The dataset stays open from one cell to the next that has the
/// same, and what its attacks had to learn is kept.
/// </summary>
/// <param name="run">Where they are.</param>
/// <param name="threads">Threads of this process.</param>
public sealed class CellProbe(RunFolder run, int threads) : IDisposable
{
    private readonly PreparedAttacks attacks = new();
    private readonly HashSet<string> reported = [];
    private KeptDataset? kept;

    /// <summary>Why <paramref name="probe"/> says nothing of <paramref name="cell"/>; null where it can be tried.</summary>
    public string? Unfit(Cell cell, Probe probe) =>
        ProbeFit.Unfit(cell, probe) ?? (run.Of(cell).IsDone ? null : "it is not done");

    /// <summary>Looks into a cell, and writes what each probe finds into its folder.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="probes">The probes with their options, all of them fit for it.</param>
    /// <param name="progress">Hears which probe does which share.</param>
    /// <param name="cancel">Stops it; what was found stays.</param>
    /// <exception cref="InputException">Its data or weights are not there.</exception>
    public IReadOnlyList<ProbeRecord> Run(Cell cell, IReadOnlyList<Choice> probes, Action<string, double>? progress = null,
        CancellationToken cancel = default)
    {
        kept ??= new KeptDataset(run, threads, attacks, Tell);
        var context = new RunContext(
            run, kept.Of(cell, cancel), new ThreadBudget(threads), ComputeDevice.Cpu, Tell, attacks, reported);
        using OpenCell cellOpen = OpenCell.Of(cell, context, new CellClock(), cancel);
        return new ProbeMeasurement(cellOpen, run.Study.Work.Of(cell), probes).Run(progress ?? ((_, _) => { }), cancel);
    }

    // Its own progress is told by the share that each probe has done.
    private static void Tell(RunEvent happened)
    {
    }

    /// <summary>Closes the dataset.</summary>
    public void Dispose()
    {
        kept?.Dispose();
        kept = null;
    }
}
