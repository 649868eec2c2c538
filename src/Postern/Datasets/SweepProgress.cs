namespace Postern.Datasets;

/// <summary>Counts what a sweep has done, and tells of it a few times a second and at the end.</summary>
/// <param name="sweep">Whom it tells.</param>
/// <param name="done">How many are done at the beginning.</param>
/// <param name="count">How many there are.</param>
internal sealed class SweepProgress(PictureSweep sweep, int done, int count)
{
    private const long Pause = 200;

    private readonly Lock gate = new();
    private int done = done;
    private long told = Environment.TickCount64;

    /// <summary>One more is done.</summary>
    public void One()
    {
        int now = Interlocked.Increment(ref done);
        if (sweep.Progress is null) return;
        long time = Environment.TickCount64;
        if (now < count && time - Interlocked.Read(ref told) < Pause) return;
        lock (gate)
        {
            Interlocked.Exchange(ref told, time);
            sweep.Progress(now, count);
        }
    }
}
