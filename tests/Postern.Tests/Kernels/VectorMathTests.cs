using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class VectorMathTests
{
    public static TheoryData<SimdPath> Paths => [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Exp2_is_good_to_three_units_in_the_last_place(SimdPath path) =>
        AssertUnits(path, Function.Exp2, x => Math.Pow(2.0, x), Sweep(-125.4, path == SimdPath.Avx2 ? 127.93 : 127.99), 3.0);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Softplus_and_sigmoid_lose_three_units_and_five_quarters_for_each_of_a_negative_x(SimdPath path)
    {
        AssertUnits(path, Function.Sigmoid, Sigmoid, Sweep(-1.0, 86.0), 3.0);
        AssertUnits(path, Function.Softplus, Softplus, Sweep(-1.0, 30.0), 4.0);
        for (int x = -80; x < 0; x++)
        {
            AssertUnits(path, Function.Sigmoid, Sigmoid, Sweep(x, x + 1)[..2000], 3.0 - 1.25 * x);
            AssertUnits(path, Function.Softplus, Softplus, Sweep(x, x + 1)[..2000], 3.0 - 1.25 * x);
        }

        static double Sigmoid(double x) => 1.0 / (1.0 + Math.Exp(-x));

        static double Softplus(double x) => Math.Max(x, 0.0) + 2.0 * Math.Atanh(1.0 / (2.0 * Math.Exp(Math.Abs(x)) + 1.0));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_normal_distribution_and_its_density_lose_six_units_and_two_for_each_of_the_squares(SimdPath path)
    {
        for (int x = -12; x < 6; x++)
        {
            double units = 6.0 + 2.0 * x * x;
            AssertUnits(path, Function.Density, GeluReference.Density, Sweep(x, x + 1)[..2000], units);
            if (x < 0) AssertUnits(path, Function.Normal, GeluReference.Below, Sweep(x, x + 1)[..2000], units);
            else AssertUnits(path, Function.Normal, GeluReference.Below, Sweep(x, x + 1)[..2000], 3.0);
        }
        Assert.Equal([0.5f, 0f, 1f, 0f, 1f],
            Apply(path, Function.Normal, [0f, -40f, 40f, float.NegativeInfinity, float.PositiveInfinity]));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Ends_of_the_range_are_zero_infinity_and_nothing_else(SimdPath path)
    {
        float[] far = [-152f, -1e4f, -1e30f, float.MinValue, float.NegativeInfinity];
        Assert.All(Apply(path, Function.Exp2, far), y => Assert.Equal(0f, y));
        Assert.All(Apply(path, Function.Exp2, [128f, 1e4f, 1e30f, float.PositiveInfinity]),
            y => Assert.Equal(float.PositiveInfinity, y));
        Assert.All(Apply(path, Function.Exp2, [-127f, -130f, -148f]), y => Assert.InRange(y, 0f, 1e-38f));
        Assert.Equal([1f, 2f, 0.25f], Apply(path, Function.Exp2, [0f, 1f, -2f]));
        Assert.Equal([20.5f, 1e30f], Apply(path, Function.Softplus, [20.5f, 1e30f]));
        Assert.Equal([0f, 1f, 0.5f], Apply(path, Function.Sigmoid, [-1e30f, 1e30f, 0f]));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Not_a_number_stays_one(SimdPath path)
    {
        foreach (Function function in Enum.GetValues<Function>())
            Assert.Equal([float.NaN], Apply(path, function, [float.NaN]));
    }

    private enum Function
    {
        Exp2,
        Softplus,
        Sigmoid,
        Normal,
        Density,
    }

    private static float[] Sweep(double low, double high)
    {
        var random = RandomStream.For(7, "sweep");
        return [.. Enumerable.Range(0, 200_000).Select(_ => (float)random.NextDouble(low, high))];
    }

    private static void AssertUnits(SimdPath path, Function function, Func<double, double> exact, float[] xs, double units)
    {
        float[] ys = Apply(path, function, xs);
        for (int i = 0; i < xs.Length; i++)
        {
            double y = exact(xs[i]), unit = (double)MathF.BitIncrement((float)y) - (float)y;
            Assert.True(Math.Abs(ys[i] - y) <= units * unit, $"{function}({xs[i]:r}) = {ys[i]:r}, not {y:r}");
        }
    }

    private static float[] Apply(SimdPath path, Function function, float[] xs)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        return path switch
        {
            SimdPath.Avx512 => Apply<Lanes512>(function, xs),
            SimdPath.Avx2 => Apply<Lanes256>(function, xs),
            _ => Apply<Lanes128>(function, xs),
        };
    }

    private static unsafe float[] Apply<V>(Function function, float[] xs)
        where V : unmanaged, IVector<V>
    {
        float[] ys = new float[xs.Length];
        fixed (float* x = xs, y = ys)
        {
            for (int i = 0; i < xs.Length; i += V.Width)
            {
                int live = Math.Min(V.Width, xs.Length - i);
                V value = Lanes.Load<V>(x + i, live);
                V below = VectorMath.Normal(value, out V density);
                V result = function switch
                {
                    Function.Normal => below,
                    Function.Density => density,
                    Function.Exp2 => V.Exp2(value),
                    Function.Softplus => VectorMath.Softplus(value),
                    _ => VectorMath.Sigmoid(value),
                };
                Lanes.Store(result, y + i, live);
            }
        }

        return ys;
    }
}
