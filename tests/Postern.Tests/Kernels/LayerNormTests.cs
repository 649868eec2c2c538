using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class LayerNormTests
{
    private const double Tolerance = 4e-6, Narrow = 1.0 / 256;

    [Theory]
    [InlineData(1, 3, false)]
    [InlineData(3, 16, true)]
    [InlineData(65, 37, true)]
    [InlineData(200, 192, false)]
    [InlineData(130, 300, true)]
    public void Every_path_computes_what_the_equation_says(int rows, int width, bool two)
    {
        foreach (RowElement branch in Enum.GetValues<RowElement>())
        {
            foreach (RowElement normed in Enum.GetValues<RowElement>())
            {
                float[][] expected = Compute(rows, width, two, branch, normed, SimdPath.Plain);
                foreach (SimdPath path in Enum.GetValues<SimdPath>().Where(SimdPaths.IsSupported))
                {
                    double tolerance = branch == RowElement.Float32 && normed == RowElement.Float32 ? Tolerance : Narrow;
                    foreach ((float[] right, float[] found) in
                        expected.Zip(Compute(rows, width, two, branch, normed, path)))
                        Compare.Near(right, found, tolerance, $"{path}, {branch}, {normed}");
                }
            }
        }
    }

    [Fact]
    public void A_mean_far_from_zero_costs_no_more_than_its_own_rounding()
    {
        // The sum of squares less the square of the sum would have no digit left.
        var memory = new RowMemory();
        TokenRows x = memory.Room(1, 64), weight = memory.Draw(1, 64), bias = memory.Draw(1, 64);
        for (int i = 0; i < 64; i++) x.Set(0, i, 4096 + i % 2);
        foreach (SimdPath path in Enum.GetValues<SimdPath>().Where(SimdPaths.IsSupported))
        {
            TokenRows y = memory.Room(1, 64);
            LayerNormKernel.Forward(new(1, 64, 0), x, default, weight, bias, default, y, path);
            for (int i = 0; i < 64; i++)
                Assert.Equal((i % 2 == 0 ? -1 : 1) * weight.Value(0, i) + bias.Value(0, i), y.Value(0, i), 1e-6);
        }
    }

    [Fact]
    public void The_equations_gradients_are_those_of_finite_differences()
    {
        var shape = new LayerNormShape(3, 5, 1e-3f);
        var memory = new RowMemory();
        TokenRows x = memory.Draw(3, 5), weight = memory.Draw(1, 5), bias = memory.Draw(1, 5), gradY = memory.Draw(3, 5),
            gradX = memory.Room(3, 5), gradParameters = memory.Room(2, 5);
        LayerNormReference.Backward(shape, x, weight, gradY, default, gradX, default, gradParameters);
        foreach ((TokenRows input, TokenRows gradient, int row) in
            new[] { (x, gradX, 0), (x, gradX, 1), (x, gradX, 2), (weight, gradParameters, 0) })
        {
            for (int i = 0; i < 5; i++) Assert.Equal(Slope(input, row, i), gradient.Value(row, i), 2e-3);
        }
        for (int i = 0; i < 5; i++) Assert.Equal(Slope(bias, 0, i), gradParameters.Value(1, i), 2e-3);

        double Slope(TokenRows input, int row, int column)
        {
            double before = input.Value(row, column), step = 1.0 / 256;
            input.Set(row, column, before + step);
            double above = Loss();
            input.Set(row, column, before - step);
            double below = Loss();
            input.Set(row, column, before);
            return (above - below) / (2 * step);
        }

        double Loss()
        {
            TokenRows y = memory.Room(3, 5);
            LayerNormReference.Forward(shape, x, default, weight, bias, default, y);
            return Enumerable.Range(0, 15).Sum(i => y.Value(i / 5, i % 5) * gradY.Value(i / 5, i % 5));
        }
    }

    /// <summary>Sum, norm and gradients.</summary>
    internal static float[][] Compute(
        int rows, int width, bool two, RowElement branch, RowElement normed, SimdPath path)
    {
        var memory = new RowMemory();
        var shape = new LayerNormShape(rows, width, 1e-6f);
        TokenRows x = memory.Draw(rows, width, scale: 2), addend = memory.Draw(rows, width, element: branch),
            gradY = memory.Draw(rows, width, element: normed), gradSum = memory.Draw(rows, width);
        TokenRows weight = memory.Draw(1, width), bias = memory.Draw(1, width);
        TokenRows sum = memory.Room(rows, width), y = memory.Room(rows, width, element: normed),
            gradX = memory.Room(rows, width), gradAddend = memory.Room(rows, width, element: branch),
            gradParameters = memory.Room(2, width);
        if (!two) (addend, gradSum, gradAddend) = (default, default, default);
        LayerNormKernel.Forward(shape, x, addend, weight, bias, sum, y, path);
        LayerNormKernel.Backward(shape, two ? sum : x, weight, gradY, gradSum, gradX, gradAddend, gradParameters, path);
        float[][] results = [memory.Read(y, rows, width), memory.Read(gradX, rows, width), memory.Read(gradParameters, 2, width)];
        return two ? [.. results, memory.Read(sum, rows, width), memory.Read(gradAddend, rows, width)] : results;
    }
}
