namespace Postern.Training;

/// <summary>
/// How the threads of a process (<c>--threads</c>) are shared by those who use them; the one place that decides it. libtorch and
/// the kernels work by turns, both called from the training thread, so each may use all. Loaders work at the same time as these,
/// but make batches only while the queue of finished ones is not full, so half as many hold the pace and the rest is the
/// scheduler's. No result depends on any of these numbers.
/// </summary>
public sealed record ThreadBudget
{
    /// <summary>A budget of <paramref name="threads"/> threads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public ThreadBudget(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
    }

    /// <summary>All threads, at least 1.</summary>
    public int Threads { get; }

    /// <summary>Threads of one libtorch operation or one kernel call, the calling one included.</summary>
    public int Compute => Threads;

    /// <summary>Threads that make batches ahead of training.</summary>
    public int Loaders => Math.Max(1, Threads / 2);

    /// <summary>The share of one of <paramref name="jobs"/> processes side by side; at least one thread.</summary>
    public ThreadBudget Share(int jobs) => new(Math.Max(1, Threads / jobs));
}
