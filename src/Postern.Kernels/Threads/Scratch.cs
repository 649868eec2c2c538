namespace Postern.Kernels;

/// <summary>
/// Working memory that outlives a call, so that thousands of calls per training step neither allocate nor fault in fresh pages.
/// It grows to the largest request and then stays. Aligned to 64 bytes, a cache line and an AVX-512 register.
/// </summary>
internal sealed unsafe class Scratch
{
    private const int LineFloats = 16;

    [ThreadStatic]
    private static Scratch? ofThread;

    [ThreadStatic]
    private static Scratch? ofCall;

    private float[] memory = [];

    /// <summary>Memory for the work items of the current thread.</summary>
    public static float* OfThread(long floats) => (ofThread ??= new Scratch()).Reserve(floats);

    /// <summary>Memory for one kernel call, shared by its threads: tables and partial sums. The calling thread's work items have
    /// theirs from <see cref="OfThread"/>, so the two never meet.</summary>
    public static float* OfCall(long floats) => (ofCall ??= new Scratch()).Reserve(floats);

    private float* Reserve(long floats)
    {
        if (memory.Length < floats + LineFloats)
            memory = GC.AllocateUninitializedArray<float>(checked((int)(floats + LineFloats)), pinned: true);
        fixed (float* start = memory) return (float*)(((nint)start + 63) & ~(nint)63);
    }
}
