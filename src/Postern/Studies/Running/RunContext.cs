using Postern.Datasets;
using Postern.Training;

namespace Postern.Studies;

/// <summary>What the cells of a run share.</summary>
/// <param name="Folder">The study and where its results go.</param>
/// <param name="Dataset">The open dataset.</param>
/// <param name="Threads">Threads of this process.</param>
/// <param name="Tell">Hears how it goes on.</param>
/// <param name="Attacks">Attacks of earlier cells.</param>
/// <param name="ReportedNotes">Notes that have been given for earlier cells.</param>
internal sealed record RunContext(
    RunFolder Folder, Dataset Dataset, ThreadBudget Threads, Action<RunEvent> Tell, PreparedAttacks Attacks,
    ISet<string> ReportedNotes);
