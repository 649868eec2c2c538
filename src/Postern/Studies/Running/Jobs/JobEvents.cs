using System.Diagnostics;

namespace Postern.Studies.Jobs;

/// <summary>Says each event, a line each; steps and preparation a few times a second only, since they are many.</summary>
/// <param name="output">Where to; flushed after each line.</param>
internal sealed class JobEvents(TextWriter output)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch sinceFrequent = Stopwatch.StartNew();

    /// <summary>Says <paramref name="happened"/>.</summary>
    public void Say(RunEvent happened)
    {
        if (happened is Stepped or Preparing { Fraction: < 1 } && !IsDue()) return;
        output.WriteLine(JobLine.Of(happened));
        output.Flush();
    }

    private bool IsDue()
    {
        if (sinceFrequent.Elapsed < Pause) return false;
        sinceFrequent.Restart();
        return true;
    }
}
