using FsCheck;
using FsCheck.Fluent;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

public sealed class DepthwiseConvTests
{
    private const double Tolerance = 4e-6, Narrow = 1.0 / 256;

    [Theory]
    [InlineData(2, 8, 8, 96, 7, 0)]
    [InlineData(2, 8, 8, 48, 7, 80)]
    [InlineData(19, 1, 1, 70, 7, 1)]
    [InlineData(9, 2, 2, 32, 7, 0)]
    [InlineData(1, 70, 3, 5, 3, 2)]
    [InlineData(3, 2, 66, 20, 5, 0)]
    [InlineData(2, 4, 4, 17, 1, 0)]
    public void Every_path_computes_what_the_equation_says(int batch, int height, int width, int channels, int kernel, int gap)
    {
        var shape = new DepthwiseShape(batch, height, width, channels, kernel);
        foreach (RowElement element in Enum.GetValues<RowElement>())
        {
            foreach (SimdPath path in AnyPath.Supported) AssertEquation(shape, gap, element, path);
        }
    }

    [Fact]
    public void Random_shapes_agree_with_the_equation()
    {
        var cases = from batch in Gen.Choose(1, 20)
                    from height in Gen.Choose(1, 9)
                    from width in Gen.Choose(1, 9)
                    from channels in Gen.Choose(1, 90)
                    from reach in Gen.Choose(0, 3)
                    from gap in Gen.Choose(0, 3)
                    select (new DepthwiseShape(batch, height, width, channels, 2 * reach + 1), gap);
        Prop.ForAll(cases.ToArbitrary(), drawn => AssertEquation(drawn.Item1, drawn.gap, RowElement.Float32, SimdPath.Auto))
            .Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(30).WithReplay(20240607, 3));
    }

    [Fact]
    public void The_equations_gradients_are_those_of_finite_differences()
    {
        var shape = new DepthwiseShape(2, 3, 4, 2, 3);
        var memory = new RowMemory();
        TokenRows x = memory.Draw(shape.Pixels, 2), weight = memory.Draw(2, shape.Taps), bias = memory.Draw(2, 1),
            gradY = memory.Draw(shape.Pixels, 2);
        TokenRows gradX = memory.Room(shape.Pixels, 2), gradWeight = memory.Room(2, shape.Taps), gradBias = memory.Room(2, 1);
        DepthwiseReference.Backward(shape, x, weight, gradY, gradX, gradWeight, gradBias);
        // The output is linear in each of them, so that any step gives its slope.
        foreach ((TokenRows input, TokenRows gradient, int rows, int width) in new[]
            { (x, gradX, shape.Pixels, 2), (weight, gradWeight, 2, shape.Taps), (bias, gradBias, 2, 1) })
        {
            for (int i = 0; i < rows * width; i++)
            {
                double before = input.Value(i / width, i % width);
                input.Set(i / width, i % width, before + 0.5);
                double above = Loss();
                input.Set(i / width, i % width, before - 0.5);
                Assert.Equal(above - Loss(), gradient.Value(i / width, i % width), 1e-4);
                input.Set(i / width, i % width, before);
            }
        }

        double Loss()
        {
            TokenRows y = memory.Room(shape.Pixels, 2);
            DepthwiseReference.Forward(shape, x, weight, bias, y);
            return Enumerable.Range(0, 2 * shape.Pixels).Sum(i => y.Value(i / 2, i % 2) * gradY.Value(i / 2, i % 2));
        }
    }

    [Fact]
    public void Impossible_shapes_and_rows_of_two_types_are_refused()
    {
        var memory = new RowMemory();
        TokenRows wide = memory.Draw(4, 9), narrow = memory.Draw(4, 9, element: RowElement.BFloat16);
        Assert.Throws<ArgumentException>(() => DepthwiseConv.Forward(new(1, 2, 2, 9, 4), wide, wide, default, memory.Room(4, 9)));
        Assert.Throws<ArgumentException>(() => DepthwiseConv.Forward(new(1, 0, 2, 9, 3), wide, wide, default, memory.Room(4, 9)));
        Assert.Throws<ArgumentException>(() => DepthwiseConv.Forward(new(1, 2, 2, 9, 1), wide, wide, default, narrow));
        Assert.Throws<ArgumentException>(() =>
            DepthwiseConv.Backward(new(1, 2, 2, 9, 1), wide, wide, narrow, memory.Room(4, 9), wide, wide));
    }

    private static void AssertEquation(DepthwiseShape shape, int gap, RowElement element, SimdPath path)
    {
        foreach ((float[] right, float[] found) in
            Run(shape, gap, element, SimdPath.Plain).Zip(Run(shape, gap, element, path)))
            Compare.Near(right, found, element == RowElement.Float32 ? Tolerance : Narrow, $"{path}, {element}, {shape}");
    }

    /// <summary>y without and with a bias, and the gradients of input, weight and bias.</summary>
    internal static float[][] Run(DepthwiseShape shape, int gap, RowElement element, SimdPath path)
    {
        var memory = new RowMemory();
        (int pixels, int channels) = (shape.Pixels, shape.Channels);
        TokenRows x = memory.Draw(pixels, channels, gap, element), gradY = memory.Draw(pixels, channels, gap, element);
        TokenRows weight = memory.Draw(channels, shape.Taps), bias = memory.Draw(channels, 1);
        TokenRows bare = memory.Room(pixels, channels, gap, element), y = memory.Room(pixels, channels, gap, element),
            gradX = memory.Room(pixels, channels, gap, element);
        TokenRows gradWeight = memory.Room(channels, shape.Taps), gradBias = memory.Room(channels, 1);
        AnyPath.Forward(shape, x, weight, default, bare, path);
        AnyPath.Forward(shape, x, weight, bias, y, path);
        AnyPath.Backward(shape, x, weight, gradY, gradX, gradWeight, gradBias, path);
        return
        [
            memory.Read(bare, pixels, channels), memory.Read(y, pixels, channels), memory.Read(gradX, pixels, channels),
            memory.Read(gradWeight, channels, shape.Taps), memory.Read(gradBias, channels, 1),
        ];
    }
}
