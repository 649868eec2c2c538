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
            float[] sumOut = new float[x.Length], yOut = new float[x.Length], gradXOut = new float[x.Length], gradWeightOut = new float[width];
            fixed (float* px = x, pa = addend, pw = weight, ps = sumOut, py = yOut, pg = gradY, pgs = gradSum, pgx = gradXOut, pgw = gradWeightOut, pt = sum)
            {
                RmsNormKernel.Forward(rows, width, px, pa, pw, ps, py, path);
                RmsNormKernel.Backward(rows, width, pt, pw, pg, pgs, pgx, pgw, path);
            }
            Compare.Near(y, yOut, Tolerance, $"{path}: y");
            if (two) Compare.Near(sum, sumOut, Tolerance, $"{path}: sum");
            Compare.Near(gradX, gradXOut, Tolerance, $"{path}: gradient of x");
            Compare.Near(gradWeight, gradWeightOut, Tolerance, $"{path}: gradient of the weight");
        }
    }

    private static float[] Draw(string purpose, int count)
    {
        RandomStream stream = RandomStream.For(11, purpose);
        return [.. Enumerable.Range(0, count).Select(_ => (float)stream.NextDouble(-2, 2))];
    }
}
