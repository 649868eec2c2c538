using System.Runtime.InteropServices;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

/// <summary>
/// Rows of one test, float32 or bfloat16, with gaps between them that nothing may write to; alive as long as this is.
/// </summary>
internal sealed class RowMemory
{
    /// <summary>What lies between and behind rows; no result is as large.</summary>
    private const float Untouched = 768f;

    private readonly List<Array> alive = [];
    private ulong drawn;

    /// <summary>Seeded numbers that bfloat16 holds exactly.</summary>
    public TokenRows Draw(int rows, int width, int gap = 0, RowElement element = RowElement.Float32, double scale = 1)
    {
        TokenRows result = Room(rows, width, gap, element);
        RandomStream stream = RandomStream.For(5, $"rows {drawn++}");
        for (int i = 0; i < rows * width; i++)
            result.Set(i / width, i % width, BFloat16.From((float)(scale * stream.NextDouble(-1, 1))).AsFloat32);
        return result;
    }

    /// <summary>Room for results.</summary>
    public TokenRows Room(int rows, int width, int gap = 0, RowElement element = RowElement.Float32)
    {
        int stride = width + gap;
        Array memory = element == RowElement.Float32
            ? GC.AllocateArray<float>(rows * stride + 1, pinned: true)
            : GC.AllocateArray<BFloat16>(rows * stride + 1, pinned: true);
        alive.Add(memory);
        var result = new TokenRows(Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0), stride, element);
        for (int i = 0; i <= rows * stride; i++) result.Set(0, i, Untouched);
        return result;
    }

    /// <summary>What lies in the rows; fails where something was written beside them.</summary>
    public float[] Read(TokenRows rows, int count, int width)
    {
        long last = (count - 1) * rows.Stride + width;
        for (long i = 0; i <= last; i++)
        {
            if (i % rows.Stride >= width || i == last) Assert.Equal(Untouched, (float)rows.Value(0, i));
        }
        float[] values = new float[count * width];
        for (int i = 0; i < values.Length; i++) values[i] = (float)rows.Value(i / width, i % width);
        GC.KeepAlive(alive);
        return values;
    }
}
