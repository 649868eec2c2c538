using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// Exponential functions over any <see cref="IVector{TSelf}"/>, each within about two units in the last place. The polynomials
/// interpolate at Chebyshev nodes and are then rounded to float32; their own relative error is below 1e-8.
/// </summary>
internal static class VectorMath
{
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693145752f; // 15 bits, so that n * Ln2High is exact for |n| < 512
    private const float Ln2Low = 1.42860677e-6f;

    /// <summary>The largest x for which softplus is still computed; above it, it is x (as PyTorch does).</summary>
    public const float SoftplusIdentity = 20f;

    /// <summary>e^x: 0 below about -87.3, infinity from 88.73.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x) where V : unmanaged, IVector<V>
    {
        x = V.Clamp(x, V.Broadcast(-104f), V.Broadcast(89f));
        V n = V.Round(x * V.Broadcast(Log2E));
        V rest = V.MultiplySubtractFrom(n, V.Broadcast(Ln2Low), V.MultiplySubtractFrom(n, V.Broadcast(Ln2High), x));
        return V.Scale(Exp2Fraction(rest * V.Broadcast(Log2E)), n);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x) where V : unmanaged, IVector<V> =>
        V.Broadcast(1f) / (V.Broadcast(1f) + Exp(V.Broadcast(0f) - x));

    /// <summary>
    /// As <see cref="Sigmoid{V}"/>, in two thirds of the steps: the power of two is taken of x log2(e) as rounded, which for a negative x adds up
    /// to 1.25 |x| units in the last place to the error. Where that is much, x sigmoid(x) itself is next to nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V QuickSigmoid<V>(V x) where V : unmanaged, IVector<V> =>
        V.Broadcast(1f) / (V.Broadcast(1f) + V.Exp2(x * V.Broadcast(-Log2E)));

    /// <summary>The derivative of x * sigmoid(x), given both factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SiluSlope<V>(V x, V sigmoid) where V : unmanaged, IVector<V> =>
        sigmoid * V.MultiplyAdd(x, V.Broadcast(1f) - sigmoid, V.Broadcast(1f));

    /// <summary>log(1 + e^x), and x itself above 20.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V>(V x) where V : unmanaged, IVector<V> => Softplus(x, Exp(V.Broadcast(0f) - V.Abs(x)));

    /// <summary>As <see cref="Softplus{V}(V)"/>, with its derivative: sigmoid(x), and 1 above 20.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V>(V x, out V slope) where V : unmanaged, IVector<V>
    {
        V one = V.Broadcast(1f), e = Exp(V.Broadcast(0f) - V.Abs(x));
        V sigmoid = V.WhereGreater(x, V.Broadcast(0f), one, e) / (one + e);
        slope = V.WhereGreater(x, V.Broadcast(SoftplusIdentity), one, sigmoid);
        return Softplus(x, e);
    }

    /// <summary>max(x, 0) + log1p(e), given e = exp(-|x|) in [0, 1]; log1p(e) = 2 artanh(e / (2 + e)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Softplus<V>(V x, V e) where V : unmanaged, IVector<V>
    {
        V zero = V.Broadcast(0f);
        V s = e / (e + V.Broadcast(2f));
        V square = s * s;
        V series = V.MultiplyAdd(V.Broadcast(0.140788898f), square, V.Broadcast(0.139825791f));
        series = V.MultiplyAdd(series, square, V.Broadcast(0.200122982f));
        series = V.MultiplyAdd(series, square, V.Broadcast(0.333331615f));
        series = V.MultiplyAdd(series, square, V.Broadcast(1f));
        V tail = (s + s) * series;
        return V.WhereGreater(x, V.Broadcast(SoftplusIdentity), x, V.WhereGreater(x, zero, x, zero) + tail);
    }

    /// <summary>2^f for f in [-0.5, 0.5].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp2Fraction<V>(V f) where V : unmanaged, IVector<V>
    {
        V p = V.MultiplyAdd(V.Broadcast(0.000154531634f), f, V.Broadcast(0.00133908633f));
        p = V.MultiplyAdd(p, f, V.Broadcast(0.00961808302f));
        p = V.MultiplyAdd(p, f, V.Broadcast(0.0555035695f));
        p = V.MultiplyAdd(p, f, V.Broadcast(0.240226507f));
        p = V.MultiplyAdd(p, f, V.Broadcast(0.693147182f));
        return V.MultiplyAdd(p, f, V.Broadcast(1f));
    }
}
