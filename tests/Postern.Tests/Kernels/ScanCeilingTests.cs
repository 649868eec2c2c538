using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class ScanCeilingTests
{
    [Theory]
    [InlineData(SimdPath.Portable, false)]
    [InlineData(SimdPath.Avx2, false)]
    [InlineData(SimdPath.Avx512, false)]
    [InlineData(SimdPath.Portable, true)]
    [InlineData(SimdPath.Avx2, true)]
    [InlineData(SimdPath.Avx512, true)]
    public void Every_element_of_the_ceiling_is_computed(SimdPath path, bool gates)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        double expected = 0;
        for (int n = 0; n < ScanCeiling.States; n++)
        {
            double h = 0, rate = -(n + 1), b = Math.Pow(2, -n);
            float step = ScanCeiling.FirstStep;
            for (int t = 0; t < ScanCeiling.Tokens; t++, step += ScanCeiling.StepGrowth)
            {
                h = Math.Pow(2, step * rate) * h + step * b;
                expected += h / 4;
            }
        }
        float x = ScanCeiling.FirstStep;
        for (int t = 0; gates && t < ScanCeiling.GatedTokens; t++, x += ScanCeiling.StepGrowth)
            expected += Math.Log(1 + Math.Exp(x)) / 2 + x / (1 + Math.Exp(-x));
        (long elements, float found) = ScanCeiling.Run(items: 1, gates, path);
        Assert.Equal(expected, found, 1e-4 * expected);
        Assert.Equal(3 * elements, ScanCeiling.Run(items: 3, gates, path).Elements);
    }
}
