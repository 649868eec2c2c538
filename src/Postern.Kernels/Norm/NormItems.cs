namespace Postern.Kernels;

/// <summary>The work items of a norm over rows, and the sums over rows that its backward pass makes.</summary>
internal static unsafe class NormItems
{
    /// <summary>Rows of a work item: their part of the parameters' gradients is summed before items meet, in order.</summary>
    private const int RowsOfItem = 64;

    /// <summary>Runs <paramref name="row"/> on each row, with the item that it belongs to.</summary>
    public static void Run(int rows, Action<int, int> row) => KernelThreads.Run(Count(rows), 0, (item, _) =>
    {
        for (int i = item * RowsOfItem; i < Math.Min(rows, (item + 1) * RowsOfItem); i++) row(i, item);
    });

    /// <summary>As <see cref="Run"/>, where each row adds to <paramref name="width"/> sums of its item, which end in
    /// <paramref name="totals"/>.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Number of sums.</param>
    /// <param name="row">Takes a row and the sums of its item.</param>
    /// <param name="totals">Receives the sums over all rows.</param>
    public static void Sum(int rows, int width, RowOfSums row, Span<float> totals)
    {
        float* partials = Scratch.OfCall((long)Count(rows) * width);
        new Span<float>(partials, Count(rows) * width).Clear();
        Run(rows, (i, item) => row(i, partials + (long)item * width));
        totals.Clear();
        for (int item = 0; item < Count(rows); item++)
            Lanes.Add(new ReadOnlySpan<float>(partials + (long)item * width, width), totals);
    }

    private static int Count(int rows) => (rows + RowsOfItem - 1) / RowsOfItem;
}

/// <summary>A row of a backward pass, and the sums that it adds to.</summary>
internal unsafe delegate void RowOfSums(int row, float* sums);
