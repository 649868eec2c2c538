using FsCheck;
using FsCheck.Fluent;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class CausalConvTests
{
    private const double Tolerance = 2e-6;

    public static TheoryData<SimdPath> Paths => [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512];

    [Theory]
    [InlineData(2, 65, 512, 4, false, 0)]
    [InlineData(2, 65, 512, 4, true, 512)]
    [InlineData(1, 1, 16, 4, false, 0)]
    [InlineData(3, 2, 5, 4, true, 1)]
    [InlineData(2, 9, 133, 8, false, 3)]
    [InlineData(2, 9, 48, 1, true, 0)]
    [InlineData(40, 3, 20, 3, false, 0)]
    public void Every_path_computes_what_the_equation_says(int batch, int length, int channels, int kernel, bool reverse, int pad)
    {
        var conv = new ConvCase(new CausalConvShape(batch, length, channels, kernel) { Reverse = reverse }, pad);
        foreach (SimdPath path in Enum.GetValues<SimdPath>().Where(SimdPaths.IsSupported))
        {
            Compare.All(conv.Forward(null), conv.Forward(path), Tolerance, $"{path}, ");
            Compare.All(conv.Backward(null), conv.Backward(path), Tolerance, $"{path}, gradient of ");
        }
    }

    [Fact]
    public void A_second_convolution_adds_to_the_gradient_of_x()
    {
        var conv = new ConvCase(new CausalConvShape(2, 20, 37, 4) { Reverse = true, Accumulate = true }, 0);
        foreach (SimdPath path in Enum.GetValues<SimdPath>().Where(SimdPaths.IsSupported))
            Compare.All(conv.Backward(null), conv.Backward(path), Tolerance, $"{path}, gradient of ");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Random_shapes_agree_with_the_equation(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        var shapes = from batch in Gen.Choose(1, 4)
                     from length in Gen.Choose(1, 30)
                     from channels in Gen.Choose(1, 300)
                     from kernel in Gen.Choose(1, 8)
                     from pad in Gen.Choose(0, 3)
                     select (new CausalConvShape(batch, length, channels, kernel) { Reverse = pad == 1 }, pad);
        Prop.ForAll(shapes.ToArbitrary(), drawn =>
        {
            var conv = new ConvCase(drawn.Item1, drawn.pad);
            Compare.All(conv.Forward(null), conv.Forward(path), Tolerance, "");
            Compare.All(conv.Backward(null), conv.Backward(path), 2.0 * Tolerance, "gradient of ");
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(60).WithReplay(20240607, 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_equations_gradients_are_those_of_finite_differences(bool reverse)
    {
        var conv = new ConvCase(new CausalConvShape(2, 5, 3, 4) { Reverse = reverse });
        var gradients = conv.Backward(null);
        (string Name, float[] Values)[] inputs = [("x", conv.X), ("weight", conv.Weight), ("bias", conv.Bias)];
        foreach (var (name, values) in inputs)
        {
            double scale = gradients[name].Max(Math.Abs);
            for (int i = 0; i < values.Length; i++)
            {
                double slope = (4.0 * Slope(conv, values, i, 1f / 64f) - Slope(conv, values, i, 1f / 32f)) / 3.0;
                float said = gradients[name][i];
                Assert.True(Math.Abs(slope - said) < 1e-4 * scale, $"{name}[{i}]: {said}, differences say {slope}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Reverse_is_flip_convolve_flip_to_the_bit(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        var shape = new CausalConvShape(2, 23, 37, 4);
        var plain = new ConvCase(shape);
        var reversed = new ConvCase(shape with { Reverse = true });
        plain.Flip(plain.X).CopyTo(reversed.X, 0);
        plain.Flip(plain.GradU).CopyTo(reversed.GradU, 0);
        Assert.Equal(plain.Flip(plain.Forward(path)["u"]), reversed.Forward(path)["u"]);
        var (expected, actual) = (plain.Backward(path), reversed.Backward(path));
        Assert.Equal(plain.Flip(expected["x"]), actual["x"]);
        Assert.Equal(expected["weight"], actual["weight"]);
        Assert.Equal(expected["bias"], actual["bias"]);
    }

    [Fact]
    public void An_output_sees_no_later_token()
    {
        var shape = new CausalConvShape(1, 12, 3, 4);
        var conv = new ConvCase(shape);
        float[] before = conv.Forward(SimdPath.Auto)["u"];
        conv.X[7 * 3 + 1] += 1f;
        float[] after = conv.Forward(SimdPath.Auto)["u"];
        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        Assert.Equal([7 * 3 + 1, 8 * 3 + 1, 9 * 3 + 1, 10 * 3 + 1], changed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void A_kernel_outside_one_to_eight_is_refused(int kernel) =>
        Assert.Throws<ArgumentException>(() => new ConvCase(new CausalConvShape(1, 4, 4, kernel)).Forward(SimdPath.Auto));

    private static double Slope(ConvCase conv, float[] values, int i, float step)
    {
        float value = values[i];
        values[i] = value + step;
        double above = Loss(conv), width = values[i];
        values[i] = value - step;
        width -= values[i];
        double slope = (above - Loss(conv)) / width;
        values[i] = value;
        return slope;
    }

    private static double Loss(ConvCase conv) => conv.Forward(null)["u"].Zip(conv.GradU, (u, g) => (double)u * g).Sum();
}
