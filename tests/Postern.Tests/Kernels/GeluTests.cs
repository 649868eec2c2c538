using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class GeluTests
{
    private const double Tolerance = 2e-6, Narrow = 1.0 / 256;

    [Theory]
    [InlineData(1, 1, 0, false)]
    [InlineData(3, 16, 0, true)]
    [InlineData(65, 37, 5, true)]
    [InlineData(200, 192, 0, false)]
    [InlineData(33, 300, 1, true)]
    public void Every_path_computes_what_the_equation_says(int rows, int width, int gap, bool gated)
    {
        foreach (RowElement element in Enum.GetValues<RowElement>())
        {
            float[][] expected = Compute(rows, width, gap, gated, element, SimdPath.Plain);
            foreach (SimdPath path in AnyPath.Supported)
            {
                foreach ((float[] right, float[] found) in expected.Zip(Compute(rows, width, gap, gated, element, path)))
                    Compare.Near(right, found, element == RowElement.Float32 ? Tolerance : Narrow, $"{path}, {element}");
            }
        }
    }

    private static float[][] Compute(int rows, int width, int gap, bool gated, RowElement element, SimdPath path)
    {
        var memory = new RowMemory();
        TokenRows gate = memory.Draw(rows, width, gap, element, scale: 6), value = memory.Draw(rows, width, gap, element),
            gradY = memory.Draw(rows, width, gap, element);
        TokenRows y = memory.Room(rows, width, gap, element), gradGate = memory.Room(rows, width, gap, element),
            gradValue = memory.Room(rows, width, gap, element);
        AnyPath.Forward(rows, width, gate, gated ? value : default, y, path);
        AnyPath.Backward(
            rows, width, gate, gated ? value : default, gradY, gradGate, gated ? gradValue : default, path);
        float[][] results = [memory.Read(y, rows, width), memory.Read(gradGate, rows, width)];
        return gated ? [.. results, memory.Read(gradValue, rows, width)] : results;
    }

    [Fact]
    public void The_references_distribution_is_the_normal_one()
    {
        // Of tables with sixteen digits.
        (double X, double Below)[] known =
            [(0, 0.5), (1, 0.8413447460685429), (-1, 0.15865525393145705), (2, 0.9772498680518208), (-3, 0.0013498980316300957),
                (-4.5, 3.3976731247300535e-06), (5, 0.9999997133484281), (-8, 6.220960574271819e-16),
                (-12, 1.7764821120776762e-33)];
        foreach ((double x, double below) in known)
            Assert.Equal(1, GeluReference.Below(x) / below, 1e-12);
        Assert.True(double.IsNaN(GeluReference.Below(double.NaN)));
        for (double x = -6; x < 6; x += 0.1)
        {
            double slope = (GeluReference.Below(x + 1e-5) - GeluReference.Below(x - 1e-5)) / 2e-5;
            Assert.Equal(GeluReference.Density(x), slope, 1e-9);
        }
    }

    [Fact]
    public void Rows_of_two_types_and_a_value_without_its_gradient_are_refused()
    {
        var memory = new RowMemory();
        TokenRows wide = memory.Draw(2, 3), narrow = memory.Draw(2, 3, element: RowElement.BFloat16);
        Assert.Throws<ArgumentException>(() => GeluKernel.Forward(2, 3, wide, narrow, wide));
        Assert.Throws<ArgumentException>(() => GeluKernel.Backward(2, 3, wide, wide, wide, memory.Room(2, 3), default));
        Assert.Throws<ArgumentException>(() => GeluKernel.Backward(2, 3, wide, default, narrow, memory.Room(2, 3), default));
    }
}
