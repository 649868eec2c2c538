using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class ScanCeilingTests
{
    [Theory]
    [InlineData(SimdPath.Portable)]
    [InlineData(SimdPath.Avx2)]
    [InlineData(SimdPath.Avx512)]
    public void Every_element_of_the_ceiling_is_computed(SimdPath path)
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
        (long elements, float y) = ScanCeiling.Run(items: 1, path);
        Assert.Equal(expected, y, 1e-4 * expected);
        Assert.Equal(3 * elements, ScanCeiling.Run(items: 3, path).Elements);
    }
}
