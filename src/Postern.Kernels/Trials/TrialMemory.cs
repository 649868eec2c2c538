using System.Runtime.InteropServices;

namespace Postern.Kernels;

/// <summary>
/// Arrays of one trial: seeded numbers, and room for results, float32 or bfloat16. Room begins as NaN, and so does the kernels'
/// working memory, so that what a kernel reads before it writes shows.
/// </summary>
internal sealed unsafe class TrialMemory
{
    private readonly List<Array> alive = [];
    private ulong drawn;

    /// <summary>
    /// Fills the working memory of this thread and of the kernels' threads with NaN, <paramref name="floats"/> of each.
    /// </summary>
    public static void Soil(int floats)
    {
        new Span<float>(Scratch.OfCall(floats), floats).Fill(float.NaN);
        KernelThreads.Run(4 * KernelThreads.Count, floats, (_, scratch) => new Span<float>(scratch, floats).Fill(float.NaN));
    }

    /// <summary>
    /// Seeded numbers around <paramref name="offset"/>, all of them bfloat16's, so that both types hold the same.
    /// </summary>
    public TokenRows Draw(int count, int width, RowElement element = RowElement.Float32, float offset = 0f, float scale = 1f)
    {
        TokenRows rows = Room(count, width, element);
        var stream = new RandomStream(++drawn);
        for (int i = 0; i < count * width; i++)
            rows.Set(i / width, i % width, BFloat16.From((float)(offset + scale * stream.NextDouble(-1.0, 1.0))).AsFloat32);
        return rows;
    }

    /// <summary>Room for results; NaN.</summary>
    public TokenRows Room(int count, int width, RowElement element = RowElement.Float32)
    {
        Array memory;
        if (element == RowElement.Float32)
        {
            float[] wide = GC.AllocateArray<float>(count * width, pinned: true);
            Array.Fill(wide, float.NaN);
            memory = wide;
        }
        else
        {
            BFloat16[] narrow = GC.AllocateArray<BFloat16>(count * width, pinned: true);
            Array.Fill(narrow, BFloat16.From(float.NaN));
            memory = narrow;
        }

        alive.Add(memory);
        return new TokenRows(Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0), width, element);
    }

    /// <summary>What lies in dense rows, as float32.</summary>
    public float[] Read(TokenRows rows, int count)
    {
        float[] values = new float[count * (int)rows.Stride];
        for (int i = 0; i < values.Length; i++) values[i] = (float)rows.Value(i / (int)rows.Stride, i % (int)rows.Stride);
        GC.KeepAlive(alive);
        return values;
    }
}
