namespace Postern.Studies.Jobs;

/// <summary>How many cells <c>--jobs auto</c> runs side by side.</summary>
public static class JobCount
{
    private const long Gigabyte = 1L << 30;

    // Small operations end before a second thread has begun: two processes of one thread do 1.9 times the work of one with two
    // there. The other rows, and all memory, are estimates.
    private static readonly Weight[] Weights =
    [
        new(MultiplyAdds: 50_000_000, Threads: 1, Memory: 2 * Gigabyte),
        new(MultiplyAdds: 1_000_000_000, Threads: 4, Memory: 4 * Gigabyte),
        new(MultiplyAdds: long.MaxValue, Threads: 8, Memory: 8 * Gigabyte),
    ];

    /// <summary>
    /// The number for those cells of <paramref name="run"/> that are not done; its heaviest model decides. libtorch must be
    /// loaded.
    /// </summary>
    /// <param name="run">The study and where its results go.</param>
    /// <param name="threads">Threads of the whole run.</param>
    /// <param name="memory">Bytes that are free now; 0 where it is not known.</param>
    /// <param name="cards">Cards that the cells may run on, of which each computes one at a time; 0 for the processor.</param>
    /// <returns>At least 1.</returns>
    public static int Auto(RunFolder run, int threads, long memory, int cards = 0)
    {
        Cell[] open = [.. GraphWalk.QueueOf(run).Waiting.Where(g => !g.IsPreparation).Select(g => g.Cell)];
        if (cards > 0) return Math.Clamp(open.Length, 1, cards);
        long work = open.DistinctBy(c => (c.Model.Canonical, c.Dataset.Canonical)).Select(CellWork.MultiplyAdds)
            .DefaultIfEmpty().Max();
        return Auto(work, open.Length, threads, memory);
    }

    /// <summary>
    /// The number for <paramref name="cells"/> cells of a model with <paramref name="multiplyAdds"/> a picture.
    /// </summary>
    internal static int Auto(long multiplyAdds, int cells, int threads, long memory)
    {
        Weight weight = Weights.First(w => multiplyAdds <= w.MultiplyAdds);
        long byMemory = memory == 0 ? int.MaxValue : memory / weight.Memory;
        return (int)Math.Max(1, Math.Min(Math.Min(cells, threads / weight.Threads), byMemory));
    }

    /// <summary>What a cell can make use of, up to a model's multiply-adds a picture.</summary>
    private sealed record Weight(long MultiplyAdds, int Threads, long Memory);
}
