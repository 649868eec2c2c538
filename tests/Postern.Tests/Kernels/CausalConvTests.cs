using FsCheck;
using FsCheck.Fluent;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class CausalConvTests
{
    private const double Tolerance = 2e-6;

    public static TheoryData<SimdPath> Paths => [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512, SixteenLanes.Path];

    [Theory]
    [InlineData(2, 65, 512, 4, ConvWays.Both, 512)]
    [InlineData(2, 65, 512, 4, ConvWays.Both, 0)]
    [InlineData(2, 65, 512, 4, ConvWays.Back, 0)]
    [InlineData(2, 65, 512, 4, ConvWays.Ahead, 512)]
    [InlineData(1, 1, 16, 4, ConvWays.Both, 0)]
    [InlineData(3, 2, 5, 4, ConvWays.Ahead, 1)]
    [InlineData(3, 3, 20, 4, ConvWays.Both, 1)]
    [InlineData(2, 9, 133, 2, ConvWays.Both, 3)]
    [InlineData(2, 9, 48, 1, ConvWays.Ahead, 0)]
    [InlineData(70, 3, 20, 3, ConvWays.Back, 0)]
    public void Every_path_computes_what_the_equation_says(
        int batch, int length, int channels, int kernel, ConvWays ways, int pad)
    {
        var conv = new ConvCase(new CausalConvShape(batch, length, channels, kernel), pad);
        foreach (SimdPath path in AnyPath.Supported) AssertEquation(conv, path, ways, $"{path}, ");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Random_shapes_agree_with_the_equation(SimdPath path)
    {
        Require(path);
        var cases = from batch in Gen.Choose(1, 4)
                    from length in Gen.Choose(1, 30)
                    from channels in Gen.Choose(1, 300)
                    from kernel in Gen.Choose(1, 4)
                    from ways in Gen.Choose(1, 3)
                    from pad in Gen.Choose(0, 3)
                    select (new CausalConvShape(batch, length, channels, kernel), (ConvWays)ways, pad);
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            (CausalConvShape shape, ConvWays ways, int pad) = drawn;
            AssertEquation(new ConvCase(shape, pad), path, ways, $"{shape}, {ways}: ");
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(60).WithReplay(20240607, 3));
    }

    [Theory]
    [InlineData(ConvWays.Back)]
    [InlineData(ConvWays.Ahead)]
    [InlineData(ConvWays.Both)]
    public void The_equations_gradients_are_those_of_finite_differences(ConvWays ways)
    {
        var conv = new ConvCase(new CausalConvShape(2, 5, 3, 4));
        var gradients = conv.Backward(null, ways);
        (string Name, float[] Values)[] inputs =
            [("x", conv.X), ("back weight", conv.Back.Weight), ("back bias", conv.Back.Bias), ("ahead weight", conv.Ahead.Weight),
                ("ahead bias", conv.Ahead.Bias)];
        foreach (var (name, values) in inputs.Where(input => gradients.ContainsKey(input.Name)))
        {
            double scale = gradients[name].Max(Math.Abs);
            for (int i = 0; i < values.Length; i++)
            {
                double slope = (4.0 * Slope(conv, ways, values, i, 1f / 64f) - Slope(conv, ways, values, i, 1f / 32f)) / 3.0;
                float said = gradients[name][i];
                Assert.True(Math.Abs(slope - said) < 1e-4 * scale, $"{name}[{i}]: {said}, differences say {slope}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Looking_ahead_is_flip_look_back_flip_to_the_bit(SimdPath path)
    {
        Require(path);
        var shape = new CausalConvShape(2, 23, 37, 4);
        ConvCase plain = new(shape), flipped = new(shape);
        plain.Flip(plain.X).CopyTo(flipped.X, 0);
        plain.Flip(plain.Ahead.GradU).CopyTo(flipped.Back.GradU, 0);
        plain.Ahead.Weight.CopyTo(flipped.Back.Weight, 0);
        plain.Ahead.Bias.CopyTo(flipped.Back.Bias, 0);
        Assert.Equal(plain.Forward(path, ConvWays.Ahead)["ahead u"], plain.Flip(flipped.Forward(path, ConvWays.Back)["back u"]));
        var (ahead, back) = (plain.Backward(path, ConvWays.Ahead), flipped.Backward(path, ConvWays.Back));
        Assert.Equal(ahead["x"], plain.Flip(back["x"]));
        Assert.Equal(ahead["ahead weight"], back["back weight"]);
        Assert.Equal(ahead["ahead bias"], back["back bias"]);
    }

    [Theory]
    [InlineData(1, 40, 4)]
    [InlineData(2, 40, 4)]
    [InlineData(3, 16, 3)]
    [InlineData(19, 37, 4)]
    public void Both_directions_at_once_are_each_alone(int length, int channels, int kernel)
    {
        var conv = new ConvCase(new CausalConvShape(2, length, channels, kernel));
        foreach (SimdPath path in AnyPath.Supported)
        {
            var together = conv.Forward(path, ConvWays.Both);
            Assert.Equal(conv.Forward(path, ConvWays.Back)["back u"], together["back u"]);
            Assert.Equal(conv.Forward(path, ConvWays.Ahead)["ahead u"], together["ahead u"]);

            var gradients = conv.Backward(path, ConvWays.Both);
            var (back, ahead) = (conv.Backward(path, ConvWays.Back), conv.Backward(path, ConvWays.Ahead));
            Compare.Near([.. back["x"].Zip(ahead["x"], (a, b) => a + b)], gradients["x"], Tolerance, $"{path}, gradient of x");
            foreach (string name in new[] { "weight", "bias" })
            {
                Assert.Equal(back[$"back {name}"], gradients[$"back {name}"]);
                Compare.Near(ahead[$"ahead {name}"], gradients[$"ahead {name}"], Tolerance, $"{path}, gradient of ahead {name}");
            }
        }
    }

    [Theory]
    [InlineData(65, 512, 4, ConvWays.Both, 512)]
    [InlineData(9, 37, 4, ConvWays.Both, 1)]
    [InlineData(9, 37, 3, ConvWays.Back, 0)]
    [InlineData(2, 21, 4, ConvWays.Ahead, 3)]
    public void Rows_of_bfloat16_give_what_float32_gives_rounded(int length, int channels, int kernel, ConvWays ways, int pad)
    {
        var conv = new ConvCase(new CausalConvShape(2, length, channels, kernel), pad);
        foreach (SimdPath path in AnyPath.Supported)
        {
            var (u, gradients) = (conv.Forward(path, ways), conv.Backward(path, ways));
            foreach (string name in u.Keys) u[name] = Rounded(u[name]);
            gradients["x"] = Rounded(gradients["x"]);
            Assert.Equal(u, conv.Forward(path, ways, RowElement.BFloat16));
            Assert.Equal(gradients, conv.Backward(path, ways, RowElement.BFloat16));
        }
    }

    [Theory]
    [InlineData(RowElement.Float32)]
    [InlineData(RowElement.BFloat16)]
    public void Nothing_is_written_outside_rows(RowElement element)
    {
        var conv = new ConvCase(new CausalConvShape(2, 7, 37, 4), pad: 30);
        foreach (SimdPath path in AnyPath.Supported)
        {
            conv.Forward(path, ConvWays.Both, element); // the case itself looks at every element in, between and behind rows
            conv.Backward(path, ConvWays.Both, element);
        }
    }

    [Fact]
    public void An_output_sees_four_tokens_on_its_own_side()
    {
        var conv = new ConvCase(new CausalConvShape(1, 12, 3, 4));
        var before = conv.Forward(SimdPath.Auto, ConvWays.Both);
        conv.X[7 * 3 + 1] += 1f;
        var after = conv.Forward(SimdPath.Auto, ConvWays.Both);
        int[] Changed(string name) =>
            [.. before[name].Index().Where(value => value.Item != after[name][value.Index]).Select(value => value.Index)];
        Assert.Equal([7 * 3 + 1, 8 * 3 + 1, 9 * 3 + 1, 10 * 3 + 1], Changed("back u"));
        Assert.Equal([4 * 3 + 1, 5 * 3 + 1, 6 * 3 + 1, 7 * 3 + 1], Changed("ahead u"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void A_kernel_outside_one_to_four_is_refused(int kernel) =>
        Assert.Throws<ArgumentException>(
            () => new ConvCase(new CausalConvShape(1, 4, 4, kernel)).Forward(SimdPath.Auto, ConvWays.Both));

    [Fact]
    public void A_convolution_in_no_direction_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ConvCase(new CausalConvShape(1, 4, 4, 4)).Forward(SimdPath.Auto, 0));

    [Fact]
    public unsafe void Rows_of_two_types_are_refused()
    {
        float* memory = stackalloc float[64];
        TokenRows wide = new(memory, 4), narrow = new((nint)memory, 4, RowElement.BFloat16);
        CausalConvDirection direction = new(Weight: wide, Bias: wide, U: narrow, GradU: wide, GradWeight: wide, GradBias: wide);
        var shape = new CausalConvShape(1, 2, 4, 4);
        string Refusal(Action call) => Assert.Throws<ArgumentException>(call).Message;
        Assert.Contains("of one type", Refusal(() => CausalConv.Forward(shape, wide, direction, default)));
        Assert.Contains("of one type", Refusal(() => CausalConv.Backward(shape, wide, default, direction, narrow)));
        Assert.Contains("of one type", Refusal(() => CausalConv.Backward(shape, narrow, default, direction, narrow)));
    }

    [Fact]
    public unsafe void A_missing_tensor_is_refused()
    {
        float* memory = stackalloc float[64];
        var rows = new TokenRows(memory, 4);
        var shape = new CausalConvShape(1, 2, 4, 4);
        CausalConvDirection bare = new(rows, rows), noSums = new(rows, rows, GradU: rows);
        Assert.Throws<ArgumentException>(() => CausalConv.Forward(shape, rows, bare, default));
        Assert.Throws<ArgumentException>(
            () => CausalConv.Forward(shape, default, new CausalConvDirection(rows, rows, U: rows), default));
        Assert.Throws<ArgumentException>(
            () => CausalConv.Forward(shape, rows, new CausalConvDirection(rows, default, U: rows), default));
        Assert.Throws<ArgumentException>(() => CausalConv.Backward(shape, rows, bare, default, rows));
        Assert.Throws<ArgumentException>(() => CausalConv.Backward(shape, rows, default, noSums, rows));
    }

    private static void AssertEquation(ConvCase conv, SimdPath path, ConvWays ways, string context)
    {
        Compare.All(conv.Forward(null, ways), conv.Forward(path, ways), Tolerance, context);
        Compare.All(conv.Backward(null, ways), conv.Backward(path, ways), 2.0 * Tolerance, $"{context}gradient of ");
    }

    private static void Require(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
    }

    private static float[] Rounded(float[] values) => [.. values.Select(value => BFloat16.From(value).AsFloat32)];

    private static double Slope(ConvCase conv, ConvWays ways, float[] values, int i, float step)
    {
        float value = values[i];
        values[i] = value + step;
        double above = conv.Loss(ways), width = values[i];
        values[i] = value - step;
        width -= values[i];
        double slope = (above - conv.Loss(ways)) / width;
        values[i] = value;
        return slope;
    }
}
