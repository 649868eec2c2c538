using System.Diagnostics;
using Postern.Training;

namespace Postern.Studies;

/// <summary>Measures where the time of a cell goes while it runs.</summary>
internal sealed class CellClock
{
    private readonly long start = Stopwatch.GetTimestamp();
    private CellProfile parts = CellProfile.Empty;

    /// <summary>What was measured until now.</summary>
    public CellProfile Profile => parts with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };

    /// <summary>Counts what <paramref name="work"/> takes as preparation.</summary>
    public T Preparing<T>(Func<T> work) => Timed(work, seconds => CellProfile.Empty with { Preparation = seconds });

    /// <summary>Counts what <paramref name="work"/> takes as evaluation.</summary>
    public T Evaluating<T>(Func<T> work) => Timed(work, seconds => CellProfile.Empty with { Evaluation = seconds });

    /// <summary>Counts what <paramref name="work"/> takes as checkpoint.</summary>
    public void Saving(Action work) => Timed(work, seconds => CellProfile.Empty with { Checkpoint = seconds });

    /// <summary>Counts what <paramref name="work"/> takes as repair.</summary>
    public void Repairing(Action work) => Timed(work, seconds => CellProfile.Empty with { Repair = seconds });

    /// <summary>Counts a finished epoch.</summary>
    public void Trained(EpochResult epoch)
    {
        StepTimes t = epoch.Times;
        parts += CellProfile.Empty with
        {
            Images = epoch.Samples,
            DataWait = t.DataWait,
            Forward = t.Forward,
            Backward = t.Backward,
            Optimizer = t.Optimizer,
        };
    }

    private void Timed(Action work, Func<double, CellProfile> part) => Timed(() =>
    {
        work();
        return true;
    }, part);

    private T Timed<T>(Func<T> work, Func<double, CellProfile> part)
    {
        long begun = Stopwatch.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            parts += part(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
    }
}
