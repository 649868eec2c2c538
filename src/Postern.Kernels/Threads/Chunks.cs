namespace Postern.Kernels;

/// <summary>Cuts arrays of many lengths into pieces of about the same size for <see cref="KernelThreads"/>.</summary>
internal static class Chunks
{
    /// <summary>Elements of a piece: small enough to balance threads, large enough to stream.</summary>
    private const int Size = 1 << 14;

    /// <summary>Runs <paramref name="body"/> on every piece: the array's index, the first element, how many.</summary>
    public static void Run(IReadOnlyList<long> lengths, Action<int, long, int> body)
    {
        int[] firstItem = new int[lengths.Count + 1];
        for (int i = 0; i < lengths.Count; i++) firstItem[i + 1] = checked(firstItem[i] + (int)((lengths[i] + Size - 1) / Size));
        unsafe
        {
            KernelThreads.Run(firstItem[^1], 0, (item, _) =>
            {
                int found = Array.BinarySearch(firstItem, item);
                int index = found >= 0 ? found : ~found - 1;
                while (firstItem[index + 1] == item) index++; // an empty array has no pieces
                long start = (long)(item - firstItem[index]) * Size;
                body(index, start, (int)Math.Min(Size, lengths[index] - start));
            });
        }
    }
}
