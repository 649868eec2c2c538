using Postern.Reports.Page;
using Postern.Studies;
using Postern.Training;

namespace Postern.Cli.Progress;

/// <summary>
/// Writes the report anew while a study runs, so that the page shows how far it is: when a cell starts, finishes or fails, and after
/// an epoch if the last writing was a while ago. A report that cannot be written does not stop the run; that is said once.
/// </summary>
/// <param name="shown">What is shown to the user.</param>
/// <param name="write">Writes the report.</param>
/// <param name="clock">Tells how long ago the last writing was.</param>
internal sealed class ReportingProgress(IRunProgress shown, Action write, TimeProvider clock) : IRunProgress
{
    /// <summary>Least time between two writings for the sake of an epoch.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // Of a very large study the writing itself takes seconds: it may take one part in this many of the time.
    private const int Share = 20;

    private long written;
    private TimeSpan pause = Pause;
    private bool warned;

    /// <summary>For the report of <paramref name="study"/> under <paramref name="runsRoot"/>.</summary>
    public ReportingProgress(IRunProgress shown, Study study, string runsRoot)
        : this(shown, () => HtmlReport.Write(study, runsRoot), TimeProvider.System)
    {
    }

    public void Preparing(Cell cell, string ingredient, double fraction, string detail) => shown.Preparing(cell, ingredient, fraction, detail);

    public void CellStarted(Cell cell, int finishedEpochs)
    {
        shown.CellStarted(cell, finishedEpochs);
        Write(cell);
    }

    public void Stepped(Cell cell, StepProgress step) => shown.Stepped(cell, step);

    public void EpochFinished(Cell cell, EpochMetrics epoch)
    {
        shown.EpochFinished(cell, epoch);
        if (clock.GetElapsedTime(written) >= pause) Write(cell);
    }

    public void CellFinished(Cell cell, CellResult result)
    {
        shown.CellFinished(cell, result);
        Write(cell);
    }

    public void CellFailed(Cell cell, string error)
    {
        shown.CellFailed(cell, error);
        Write(cell);
    }

    public void CellSkipped(Cell cell, string reason) => shown.CellSkipped(cell, reason);

    public void Noted(Cell cell, string note) => shown.Noted(cell, note);

    public void Warned(Cell cell, string warning) => shown.Warned(cell, warning);

    private void Write(Cell cell)
    {
        long start = clock.GetTimestamp();
        try
        {
            write();
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            if (!warned) shown.Warned(cell, $"the report is not written: {e.Message.ReplaceLineEndings(" ")}; the run goes on");
            warned = true;
        }
        written = clock.GetTimestamp();
        TimeSpan cost = Share * clock.GetElapsedTime(start, written);
        pause = cost > Pause ? cost : Pause;
    }
}
