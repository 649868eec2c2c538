using Postern.Reports.Page;
using Postern.Studies;

namespace Postern.Cli.Progress;

/// <summary>
/// Writes the report anew while a study runs, so that the page shows how far it is: when a cell starts, finishes or fails, and
/// after an epoch if the last writing was a while ago. Writing takes one part in twenty of the time at most, whatever the study's
/// size: a turn that comes too soon is shown by a later writing. A report that cannot be written does not stop the run; that is
/// said once.
/// </summary>
/// <param name="show">Shows an event to the user.</param>
/// <param name="write">Writes the report.</param>
/// <param name="clock">Tells how long ago the last writing was.</param>
internal sealed class ReportingProgress(Action<RunEvent> show, Action write, TimeProvider clock)
{
    /// <summary>Least time between two writings for the sake of an epoch.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private const int Share = 20;

    private long written;
    private TimeSpan pause = Pause, rest;
    private bool due;
    private bool warned;

    /// <summary>For the report of <paramref name="run"/>.</summary>
    public ReportingProgress(Action<RunEvent> show, RunFolder run)
        : this(show, () => HtmlReport.Write(run), TimeProvider.System)
    {
    }

    /// <summary>Shows an event, and writes the report where the page is not true any more.</summary>
    public void Show(RunEvent happened)
    {
        show(happened);
        due |= happened is CellStarted or CellFinished or CellFailed;
        TimeSpan since = clock.GetElapsedTime(written);
        if (due ? since >= rest : happened is EpochFinished && since >= pause) Write(happened.Cell);
    }

    private void Write(string cell)
    {
        long start = clock.GetTimestamp();
        try
        {
            write();
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            if (!warned) show(new Warned(cell, $"the report is not written: {ErrorText.OneLine(e.Message)}; the run goes on"));
            warned = true;
        }
        written = clock.GetTimestamp();
        due = false;
        rest = Share * clock.GetElapsedTime(start, written);
        pause = rest > Pause ? rest : Pause;
    }
}
