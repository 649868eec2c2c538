using System.Diagnostics;
using Postern.Training;

namespace Postern.Studies.Jobs;

/// <summary>Says what it hears, a line each; steps and preparation a few times a second only, since they are many.</summary>
/// <param name="output">Where to; flushed after each line.</param>
internal sealed class JobProgress(TextWriter output) : IRunProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch sinceFrequent = Stopwatch.StartNew();

    /// <summary>Says one message.</summary>
    public void Say(JobMessage message)
    {
        output.WriteLine(JobLine.Of(message));
        output.Flush();
    }

    public void Preparing(Cell cell, string ingredient, double fraction, string detail)
    {
        if (IsDue(fraction >= 1)) Say(new PreparingMessage(cell.Id, ingredient, fraction, detail));
    }

    public void CellStarted(Cell cell, int finishedEpochs) => Say(new StartedMessage(cell.Id, finishedEpochs));

    public void Stepped(Cell cell, StepProgress step)
    {
        if (IsDue(always: false)) Say(new SteppedMessage(cell.Id, step));
    }

    public void EpochFinished(Cell cell, EpochMetrics epoch) => Say(new EpochMessage(cell.Id, epoch));

    public void CellFinished(Cell cell, CellResult result) => Say(new FinishedMessage(cell.Id));

    public void CellFailed(Cell cell, string error) => Say(new FailedMessage(cell.Id, error));

    public void CellSkipped(Cell cell, string reason)
    {
        // Whether a skipped cell comes again is decided where the queue is.
    }

    public void Noted(Cell cell, string note) => Say(new NotedMessage(cell.Id, note));

    public void Warned(Cell cell, string warning) => Say(new WarnedMessage(cell.Id, warning));

    private bool IsDue(bool always)
    {
        if (!always && sinceFrequent.Elapsed < Pause) return false;
        sinceFrequent.Restart();
        return true;
    }
}
