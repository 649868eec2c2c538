using Postern.Kernels;

namespace Postern.Tests.Kernels;

public unsafe class Bfloat16Tests
{
    [Theory]
    [InlineData(0x3F800000u, 0x3F80)] // 1
    [InlineData(0x3F808000u, 0x3F80)] // half way, to even below
    [InlineData(0x3F818000u, 0x3F82)] // half way, to even above
    [InlineData(0x3F808001u, 0x3F81)]
    [InlineData(0xBF817FFFu, 0xBF81)]
    [InlineData(0x7F7FFFFFu, 0x7F80)] // the largest float rounds to infinity
    [InlineData(0xFF800000u, 0xFF80)]
    [InlineData(0x00000001u, 0x0000)]
    [InlineData(0x7FFFFFFFu, 0x7FFF)] // a NaN stays one, however its bits round
    [InlineData(0x7F800001u, 0x7FC0)]
    public void Rounding_is_to_nearest_even(uint from, int to) =>
        Assert.Equal(to, BFloat16.From(BitConverter.UInt32BitsToSingle(from)).Bits);

    [Theory]
    [InlineData(SimdPath.Portable)]
    [InlineData(SimdPath.Avx2)]
    [InlineData(SimdPath.Avx512)]
    public void Registers_read_and_write_what_single_numbers_do(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        var random = RandomStream.For(3, "bfloat16");
        for (int round = 0; round < 2000; round++)
        {
            float[] values = [.. Enumerable.Range(0, 16)
                .Select(_ => BitConverter.UInt32BitsToSingle((uint)random.NextDouble(0, uint.MaxValue)))];
            BFloat16[] expected = [.. values.Select(BFloat16.From)];
            switch (path)
            {
                case SimdPath.Avx512: Check<Lanes512>(values, expected); break;
                case SimdPath.Avx2: Check<Lanes256>(values, expected); break;
                default: Check<Lanes128>(values, expected); break;
            }
        }
    }

    private static void Check<V>(float[] values, BFloat16[] expected) where V : unmanaged, IVector<V>
    {
        int width = V.Width;
        BFloat16* narrow = stackalloc BFloat16[width];
        float* wide = stackalloc float[width];
        fixed (float* start = values) V.Load(start).Store(narrow);
        V.Load(narrow).Store(wide);
        for (int i = 0; i < width; i++)
        {
            Assert.Equal(expected[i], narrow[i]);
            Assert.Equal(BitConverter.SingleToUInt32Bits(expected[i].AsFloat32), BitConverter.SingleToUInt32Bits(wide[i]));
        }
    }
}
