using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// Functions of exponentials over any <see cref="IVector{TSelf}"/>, within about three units in the last place but where said
/// otherwise. The polynomials interpolate at Chebyshev nodes and are then rounded to float32; their own relative error is below
/// 1e-8. (A register kind may have a power of two of its own, from a table.)
/// </summary>
internal static class VectorMath
{
    private const float Log2E = 1.44269504f;

    /// <summary>Above it softplus is x, as in PyTorch; what would be added is less than half a unit in its last place.</summary>
    public const float SoftplusIdentity = 20f;

    /// <summary>
    /// 1 / (1 + e^-x). The power of two is taken of x log2(e) as rounded, which for a negative x adds up to 1.25 |x| units in the
    /// last place to the error, about what the rounding of x itself makes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x) where V : unmanaged, IVector<V> =>
        V.Broadcast(1f) / (V.Broadcast(1f) + V.Exp2(x * V.Broadcast(-Log2E)));

    /// <summary>The derivative of x * sigmoid(x), given both factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SiluSlope<V>(V x, V sigmoid) where V : unmanaged, IVector<V> =>
        sigmoid * V.MultiplyAdd(x, V.Broadcast(1f) - sigmoid, V.Broadcast(1f));

    /// <summary>
    /// log(1 + e^x), which is x itself above <see cref="SoftplusIdentity"/>. e^-|x| is taken as in <see cref="Sigmoid{V}"/>: for
    /// a negative x the rounding of x itself makes as much of a difference.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V>(V x) where V : unmanaged, IVector<V> => Softplus(x, V.Exp2(V.Abs(x) * V.Broadcast(-Log2E)));

    /// <summary>
    /// As <see cref="Softplus{V}(V)"/>, with its derivative: sigmoid(x), which is 1 above <see cref="SoftplusIdentity"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V>(V x, out V slope) where V : unmanaged, IVector<V>
    {
        V one = V.Broadcast(1f), e = V.Exp2(V.Abs(x) * V.Broadcast(-Log2E));
        slope = V.WhereGreater(x, V.Broadcast(0f), one, e) / (one + e);
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
        return V.MultiplyAdd(s + s, series, V.WhereGreater(x, zero, x, zero));
    }

    /// <summary>
    /// The distribution of the standard normal below x, and its density there. With a = |x| the tail beyond a is e^(-a^2 / 2)
    /// times a polynomial in 1 / (1 + 0.26 a), within 3e-8 of it up to 14 (minimax), where the power has long been 0 in float32;
    /// each unit of a^2 adds its rounding to the error of both. On the other side of 0 it is what the tail leaves of 1. (The last
    /// coefficient is two units up, so that the sum at a = 0 is a half.)
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Normal<V>(V x, out V density) where V : unmanaged, IVector<V>
    {
        V one = V.Broadcast(1f), a = V.Abs(x), power = V.Exp2(a * a * V.Broadcast(-0.5f * Log2E));
        V t = one / V.MultiplyAdd(V.Broadcast(0.26f), a, one);
        V p = V.MultiplyAdd(V.Broadcast(0.030504803f), t, V.Broadcast(-0.152828464f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.251490625f));
        p = V.MultiplyAdd(p, t, V.Broadcast(-0.150948291f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.160947446f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.0510278358f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.103030219f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.103016755f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.103759073f));
        V tail = p * t * power;
        density = power * V.Broadcast(0.39894228f);
        return V.WhereGreater(x, V.Broadcast(0f), one - tail, tail);
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
