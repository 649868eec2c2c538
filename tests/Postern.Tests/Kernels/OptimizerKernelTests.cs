using System.Runtime.InteropServices;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class OptimizerKernelTests
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;

    /// <summary>An empty array, ends of registers, and more than one piece.</summary>
    private static readonly int[] Lengths = [5, 0, 16, 33, 1, 40_000, 0];

    public static TheoryData<SimdPath> Paths => [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512];

    [Theory]
    [MemberData(nameof(Paths))]
    public unsafe void AdamW_computes_what_the_plain_loop_says(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        AdamWTensor[] ours = Make(), plain = Make();
        for (int step = 1; step <= 3; step++)
        {
            AdamWKernel.Step(ours, Beta1, Beta2, Epsilon, path);
            foreach (AdamWTensor tensor in plain) AdamWKernel.Plain(tensor, Beta1, Beta2, Epsilon);
        }
        for (int i = 0; i < Lengths.Length; i++)
        {
            if (Lengths[i] == 0) continue;
            Compare.Near(Values(plain[i].Value, Lengths[i]), Values(ours[i].Value, Lengths[i]), 1e-6, "value");
            Compare.Near(Values(plain[i].Mean, Lengths[i]), Values(ours[i].Mean, Lengths[i]), 1e-6, "mean");
            Compare.Near(Values(plain[i].Square, Lengths[i]), Values(ours[i].Square, Lengths[i]), 1e-6, "square");
        }

        static AdamWTensor[] Make() => [.. Lengths.Select((n, i) => new AdamWTensor(
            Memory(n, i, "value"), Memory(n, i, "gradient"), Memory(n, i, "mean"), Memory(n, i, "square", positive: true), n,
            0.999f, 0.01f, 3f))];
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public unsafe void Sgd_computes_what_the_plain_loop_says(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        SgdTensor[] ours = Make(), plain = Make();
        for (int step = 1; step <= 3; step++)
        {
            SgdKernel.Step(ours, 0.1f, 0.9f, path);
            foreach (SgdTensor tensor in plain) SgdKernel.Plain(tensor, 0.1f, 0.9f);
        }
        for (int i = 0; i < Lengths.Length; i++)
        {
            if (Lengths[i] == 0) continue;
            Compare.Near(Values(plain[i].Value, Lengths[i]), Values(ours[i].Value, Lengths[i]), 1e-6, "value");
            Compare.Near(Values(plain[i].Momentum, Lengths[i]), Values(ours[i].Momentum, Lengths[i]), 1e-6, "momentum");
        }

        static SgdTensor[] Make() =>
            [.. Lengths.Select(
                (n, i) => new SgdTensor(Memory(n, i, "value"), Memory(n, i, "gradient"), Memory(n, i, "mean"), n, 0.05f))];
    }

    [Fact]
    public unsafe void The_bits_of_an_update_depend_on_no_thread_count()
    {
        int before = KernelThreads.Count;
        try
        {
            float[][] results = [.. new[] { 1, 2, 5 }.Select(threads =>
            {
                KernelThreads.Count = threads;
                nint value = Memory(40_000, 1, "value");
                AdamWKernel.Step([new AdamWTensor(value, Memory(40_000, 1, "gradient"), Memory(40_000, 1, "mean"),
                    Memory(40_000, 1, "square", positive: true), 40_000, 1, 0.01f, 3f)], Beta1, Beta2, Epsilon);
                return Values(value, 40_000);
            })];
            Assert.All(results, r => Assert.Equal(results[0], r));
        }
        finally
        {
            KernelThreads.Count = before;
        }
    }

    /// <summary>Pinned floats, which live as long as the test process.</summary>
    private static unsafe nint Memory(int length, int index, string purpose, bool positive = false)
    {
        RandomStream stream = RandomStream.For(7, purpose, index);
        float* memory = (float*)NativeMemory.Alloc((nuint)Math.Max(1, length), sizeof(float));
        for (int i = 0; i < length; i++) memory[i] = (float)stream.NextDouble(positive ? 0 : -1, 1);
        return (nint)memory;
    }

    private static unsafe float[] Values(nint address, int length) => new ReadOnlySpan<float>((void*)address, length).ToArray();
}
