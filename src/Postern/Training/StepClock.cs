using System.Diagnostics;

namespace Postern.Training;

/// <summary>
/// Gives each stretch of a training thread's time to a part of the step. One reading of the system's counter at each boundary,
/// some tens of nanoseconds, so it always runs.
/// </summary>
internal sealed class StepClock
{
    private readonly long[] ticks = new long[Enum.GetValues<StepPart>().Length];
    private long start, mark;

    /// <summary>A clock that has begun.</summary>
    public StepClock() => Start();

    /// <summary>Seconds since <see cref="Start"/>.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>Seconds of each part since <see cref="Start"/>.</summary>
    public StepTimes Times => new(Of(StepPart.DataWait), Of(StepPart.Forward), Of(StepPart.Backward), Of(StepPart.Optimizer));

    /// <summary>Begins anew.</summary>
    public void Start()
    {
        Array.Clear(ticks);
        start = mark = Stopwatch.GetTimestamp();
    }

    /// <summary>Counts the time since the last lap as <paramref name="part"/>.</summary>
    public void Lap(StepPart part)
    {
        long now = Stopwatch.GetTimestamp();
        ticks[(int)part] += now - mark;
        mark = now;
    }

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
