namespace Postern.Kernels;

/// <summary>
/// Columns of rows that are needed soon, one cache line wide. The loops over states ask for one line a token, an array at a time:
/// asked for all at once, where they are needed, they would wait for each other.
/// </summary>
internal unsafe struct PrefetchQueue
{
    private const int Most = 8;
    private fixed long starts[Most];
    private fixed long strides[Most];
    private int count, taken;

    /// <summary>Notes <paramref name="rows"/>, if there are such.</summary>
    public void Add(TokenRows rows)
    {
        if (!rows.Exists || count == Most) return;
        starts[count] = rows.Address;
        strides[count++] = rows.Stride * rows.Size;
    }

    /// <summary>
    /// The first line of the next array, and from one line to the next in bytes; of <paramref name="there"/> again and again,
    /// when all are taken.
    /// </summary>
    public byte* Take(float* there, out nint stride)
    {
        bool any = taken < count;
        stride = any ? (nint)strides[taken] : 0;
        return any ? (byte*)starts[taken++] : (byte*)there;
    }
}
