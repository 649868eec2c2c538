using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class VectorMathTests
{
    public static TheoryData<SimdPath> Paths => [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Exp_is_good_to_two_units_in_the_last_place(SimdPath path) =>
        AssertUnits(path, Function.Exp, Math.Exp, Sweep(-86.9, 88.7), 2.0);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Exp2_is_good_to_three_units_in_the_last_place(SimdPath path) =>
        AssertUnits(path, Function.Exp2, x => Math.Pow(2.0, x), Sweep(-125.4, 127.99), 3.0);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Softplus_is_good_to_three_units_in_the_last_place(SimdPath path) =>
        AssertUnits(
            path, Function.Softplus, x => Math.Max(x, 0.0) + 2.0 * Math.Atanh(1.0 / (2.0 * Math.Exp(Math.Abs(x)) + 1.0)),
            Sweep(-80.0, 20.0), 3.0);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Sigmoid_is_good_to_three_units_in_the_last_place(SimdPath path) =>
        AssertUnits(path, Function.Sigmoid, x => 1.0 / (1.0 + Math.Exp(-x)), Sweep(-86.0, 86.0), 3.0);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Quick_sigmoid_loses_at_most_five_quarters_of_a_unit_for_each_of_a_negative_x(SimdPath path)
    {
        AssertUnits(path, Function.QuickSigmoid, x => 1.0 / (1.0 + Math.Exp(-x)), Sweep(-1.0, 86.0), 3.0);
        for (int x = -86; x < 0; x++) AssertUnits(path, Function.QuickSigmoid, x => 1.0 / (1.0 + Math.Exp(-x)), Sweep(x, x + 1)[..2000], 3.0 - 1.25 * x);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Ends_of_the_range_are_zero_infinity_and_nothing_else(SimdPath path)
    {
        float[] far = [-104.5f, -1e4f, -1e30f, float.MinValue, float.NegativeInfinity];
        Assert.All(Apply(path, Function.Exp, far), y => Assert.Equal(0f, y));
        Assert.All(Apply(path, Function.Exp2, [-152f, .. far[1..]]), y => Assert.Equal(0f, y));
        Assert.All(Apply(path, Function.Exp, [89f, 1e4f, 1e30f, float.PositiveInfinity]), y => Assert.Equal(float.PositiveInfinity, y));
        Assert.All(Apply(path, Function.Exp, [-88f, -90f, -103f]), y => Assert.InRange(y, 0f, 1e-38f));
        Assert.Equal([1f], Apply(path, Function.Exp, [0f]));
        Assert.Equal([20.5f, 1e30f], Apply(path, Function.Softplus, [20.5f, 1e30f]));
        Assert.Equal([0f, 1f, 0.5f], Apply(path, Function.Sigmoid, [-1e30f, 1e30f, 0f]));
        Assert.Equal([0f, 1f, 0.5f], Apply(path, Function.QuickSigmoid, [-1e30f, 1e30f, 0f]));
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
        Exp,
        Exp2,
        Softplus,
        Sigmoid,
        QuickSigmoid,
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
                V result = function switch
                {
                    Function.Exp => VectorMath.Exp(value),
                    Function.Exp2 => V.Exp2(value),
                    Function.Softplus => VectorMath.Softplus(value),
                    Function.Sigmoid => VectorMath.Sigmoid(value),
                    _ => VectorMath.QuickSigmoid(value),
                };
                Lanes.Store(result, y + i, live);
            }
        }

        return ys;
    }
}
