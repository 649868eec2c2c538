using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class RmsNormTests
{
    private const double Tolerance = 2e-6;

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(3, 16, true)]
    [InlineData(65, 37, true)]
    [InlineData(200, 192, false)]
    [InlineData(130, 256, true)]
    public unsafe void Every_path_computes_what_the_equation_says(int rows, int width, bool two)
    {
        float[] x = Draw("x", rows * width), weight = Draw("weight", width), gradY = Draw("grad", rows * width);
        float[]? addend = two ? Draw("addend", rows * width) : null, gradSum = two ? Draw("grad-sum", rows * width) : null;
        (float[] sum, float[] y) = RmsNormReference.Forward(width, x, addend, weight);
        (float[] gradX, float[] gradWeight) = RmsNormReference.Backward(width, sum, weight, gradY, gradSum);
        foreach (SimdPath path in Enum.GetValues<SimdPath>().Where(SimdPaths.IsSupported))
        {
            float[] sumOut = new float[x.Length], yOut = new float[x.Length], gradXOut = new float[x.Length],
                gradWeightOut = new float[width];
            fixed (float* px = x, pa = addend, pw = weight, ps = sumOut, py = yOut, pg = gradY, pgs = gradSum, pgx = gradXOut,
                pgw = gradWeightOut, pt = sum)
            {
                RmsNormKernel.Forward(rows, width, Of(px), Of(pa), Of(pw), Of(ps), Of(py), path);
                RmsNormKernel.Backward(rows, width, Of(pt), Of(pw), Of(pg), Of(pgs), Of(pgx), default, Of(pgw), path);
            }
            Compare.Near(y, yOut, Tolerance, $"{path}: y");
            if (two) Compare.Near(sum, sumOut, Tolerance, $"{path}: sum");
            Compare.Near(gradX, gradXOut, Tolerance, $"{path}: gradient of x");
            Compare.Near(gradWeight, gradWeightOut, Tolerance, $"{path}: gradient of the weight");
        }
    }

    /// <summary>Rows of the width of the running test; the kernel is told the width.</summary>
    private static unsafe TokenRows Of(float* start) => new(start, 0);

    [Theory]
    [InlineData(1, 2, true, true)]
    [InlineData(65, 37, true, true)]
    [InlineData(70, 64, true, false)]
    [InlineData(70, 61, false, true)]
    [InlineData(130, 256, true, true)]
    public unsafe void Rows_of_bfloat16_give_what_the_same_numbers_give_in_float32_rounded(
        int rows, int width, bool narrowBranch, bool narrowNorm)
    {
        BFloat16[] addend = Narrow(Draw("addend", rows * width)), gradY = Narrow(Draw("grad", rows * width));
        float[] wideAddend = Wide(addend), wideGradY = Wide(gradY);
        float[] x = Draw("x", rows * width), weight = Draw("weight", width), gradSum = Draw("grad-sum", rows * width);
        foreach (SimdPath path in Enum.GetValues<SimdPath>().Where(SimdPaths.IsSupported))
        {
            float[] sum = new float[x.Length], y = new float[x.Length], gradX = new float[x.Length],
                gradWeight = new float[width];
            float[] sumOut = new float[x.Length], yOut = new float[x.Length], gradXOut = new float[x.Length],
                gradWeightOut = new float[width];
            // One element more than the rows have: nothing may be written behind them.
            var narrow = new BFloat16[x.Length + 1];
            fixed (float* px = x, pa = wideAddend, pw = weight, pg = wideGradY, pgs = gradSum, s = sum, py = y, gx = gradX,
                gw = gradWeight)
            fixed (float* so = sumOut, yo = yOut, gxo = gradXOut, gwo = gradWeightOut)
            fixed (BFloat16* na = addend, ng = gradY, n = narrow)
            {
                TokenRows wideRows = new(pa, width), narrowRows = new((nint)na, width, RowElement.BFloat16),
                    result = new((nint)n, width, RowElement.BFloat16);
                RmsNormKernel.Forward(rows, width, Of(px), wideRows, Of(pw), Of(s), Of(py), path);
                RmsNormKernel.Backward(rows, width, Of(s), Of(pw), Of(pg), Of(pgs), Of(gx), default, Of(gw), path);

                RmsNormKernel.Forward(
                    rows, width, Of(px), narrowBranch ? narrowRows : wideRows, Of(pw), Of(so),
                    narrowNorm ? result : Of(yo), path);
                Assert.Equal(sum, sumOut);
                if (narrowNorm) Assert.Equal([.. Narrow(y), default], narrow);
                else Assert.Equal(y, yOut);

                Array.Clear(narrow);
                RmsNormKernel.Backward(
                    rows, width, Of(s), Of(pw), narrowNorm ? new TokenRows((nint)ng, width, RowElement.BFloat16) : Of(pg),
                    Of(pgs), Of(gxo),
                    narrowBranch ? result : default, Of(gwo), path);
                Assert.Equal(gradX, gradXOut);
                Assert.Equal(gradWeight, gradWeightOut);
                Assert.Equal(narrowBranch ? [.. Narrow(gradX), default] : new BFloat16[x.Length + 1], narrow);
            }
        }
    }

    private static BFloat16[] Narrow(float[] values) => [.. values.Select(BFloat16.From)];

    private static float[] Wide(BFloat16[] values) => [.. values.Select(v => v.AsFloat32)];

    private static float[] Draw(string purpose, int count)
    {
        RandomStream stream = RandomStream.For(11, purpose);
        return [.. Enumerable.Range(0, count).Select(_ => (float)stream.NextDouble(-2, 2))];
    }
}
