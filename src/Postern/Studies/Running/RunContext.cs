using Postern.Attacks;
using Postern.Datasets;
using Postern.Learning;
using Postern.Native;
using Postern.Training;

namespace Postern.Studies;

/// <summary>What the cells of a run share.</summary>
/// <param name="Folder">The study and where its results go.</param>
/// <param name="Dataset">The open dataset.</param>
/// <param name="Threads">Threads of this process.</param>
/// <param name="Device">Where networks and batches live.</param>
/// <param name="Tell">Hears how it goes on.</param>
/// <param name="Attacks">Attacks of earlier cells.</param>
/// <param name="ReportedNotes">Notes that have been given for earlier cells.</param>
internal sealed record RunContext(
    RunFolder Folder, Dataset Dataset, ThreadBudget Threads, ComputeDevice Device, Action<RunEvent> Tell,
    PreparedAttacks Attacks, ISet<string> ReportedNotes)
{
    /// <summary>The attack of <paramref name="cell"/>, made ready; null where it has none.</summary>
    /// <exception cref="InputException">The attack does not fit the dataset, or its options one another.</exception>
    public Attack? AttackOf(Cell cell, CancellationToken cancel) => Attacks.Of(cell, choice =>
    {
        Device.UseTf32(false);
        return AttackPreparation.Prepare(
            choice, new PreparationContext(Dataset, Folder.Artifacts, Threads.Threads, new CellPreparation(cell, Tell), cancel)
            {
                Device = Device,
            });
    });

    private sealed record CellPreparation(Cell Cell, Action<RunEvent> Tell) : IPreparationProgress
    {
        public void Report(string artifact, double fraction, string detail) =>
            Tell(new Preparing(Cell.Id, artifact, fraction, detail));
    }
}
