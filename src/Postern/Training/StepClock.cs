using System.Diagnostics;

namespace Postern.Training;

/// <summary>
/// Gives each stretch of a training thread's time to a part of the step. One reading of the system's counter at each boundary,
/// some tens of nanoseconds, so it always runs.
/// </summary>
internal sealed class StepClock
{
    private readonly long[] ticks = new long[Enum.GetValues<StepPart>().Length];
    private double earlier;
    private long start, mark;

    /// <summary>A clock that has begun.</summary>
    public StepClock() => Start();

    /// <summary>Seconds since <see cref="Start()"/>.</summary>
    public double Seconds => earlier + Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>Seconds of each part since <see cref="Start()"/>.</summary>
    public StepTimes Times => new(Of(StepPart.DataWait), Of(StepPart.Forward), Of(StepPart.Backward), Of(StepPart.Optimizer));

    /// <summary>Begins anew.</summary>
    public void Start() => Start(0, default);

    /// <summary>Begins with what was measured before.</summary>
    /// <param name="seconds">In all.</param>
    /// <param name="times">Of each part.</param>
    public void Start(double seconds, StepTimes times)
    {
        Array.Clear(ticks);
        earlier = seconds;
        Set(StepPart.DataWait, times.DataWait);
        Set(StepPart.Forward, times.Forward);
        Set(StepPart.Backward, times.Backward);
        Set(StepPart.Optimizer, times.Optimizer);
        start = mark = Stopwatch.GetTimestamp();
    }

    /// <summary>Counts the time since the last lap as <paramref name="part"/>.</summary>
    public void Lap(StepPart part)
    {
        long now = Stopwatch.GetTimestamp();
        ticks[(int)part] += now - mark;
        mark = now;
    }

    private void Set(StepPart part, double seconds) => ticks[(int)part] = (long)(seconds * Stopwatch.Frequency);

    private double Of(StepPart part) => ticks[(int)part] / (double)Stopwatch.Frequency;
}

/// <summary>What a training thread is busy with.</summary>
internal enum StepPart
{
    /// <summary>Waiting for a batch.</summary>
    DataWait,
    /// <summary>Mixing, forward pass, loss.</summary>
    Forward,
    /// <summary>Backward pass.</summary>
    Backward,
    /// <summary>Zeroing, update, running mean.</summary>
    Optimizer,
    /// <summary>Anything else.</summary>
    Other,
}
