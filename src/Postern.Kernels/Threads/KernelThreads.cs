namespace Postern.Kernels;

/// <summary>
/// The number of threads that kernels use, and the way they use them: a fixed list of work items, taken in any order. What an
/// item computes depends on its number alone, so results have the same bits for every thread count.
/// </summary>
public static class KernelThreads
{
    private static int count = Environment.ProcessorCount;

    /// <summary>How many threads one kernel call may use, the calling one included; at first the number of processors.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public static int Count
    {
        get => Volatile.Read(ref count);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            Volatile.Write(ref count, value);
        }
    }

    /// <summary>Runs <paramref name="body"/> once for each of the <paramref name="items"/>, with a scratch area of
    /// <paramref name="scratchFloats"/> floats that belongs to the thread and holds what its last item left there.</summary>
    internal static unsafe void Run(int items, long scratchFloats, WorkItem body)
    {
        int workers = Math.Min(Count, items);
        int next = -1;
        if (workers <= 1) Drain(0);
        else Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, Drain);

        void Drain(int worker)
        {
            float* scratch = Scratch.OfThread(scratchFloats);
            int item;
            while ((item = Interlocked.Increment(ref next)) < items) body(item, scratch);
        }
    }
}

/// <summary>One piece of a kernel's work.</summary>
internal unsafe delegate void WorkItem(int item, float* scratch);
