using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Postern.Kernels;

/// <summary>Four floats: the portable path, in the registers that every machine has or in their emulation.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> value) : IVector<Lanes128>
{
    private readonly Vector128<float> v = value;

    /// <inheritdoc/>
    public static int Width => 4;

    /// <inheritdoc/>
    public static bool Plentiful => AdvSimd.IsSupported;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(float value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* address) => new(Vector128.Load(address));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* address) => v.Store(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(BFloat16* address) =>
        new(Vector128.Create(address[0].AsFloat32, address[1].AsFloat32, address[2].AsFloat32, address[3].AsFloat32));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(BFloat16* address)
    {
        for (int lane = 0; lane < 4; lane++) address[lane] = BFloat16.From(v[lane]);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFolded(float* four) => (Vector128.Load(four) + v).Store(four);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes128 a, Lanes128 b, Lanes128 c, Lanes128 d, float* sums)
    {
        a.AddFolded(sums);
        b.AddFolded(sums + 4);
        c.AddFolded(sums + 8);
        d.AddFolded(sums + 12);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a.v + b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a.v - b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a.v * b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a.v / b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => new(Vector128.MultiplyAddEstimate(a.v, b.v, c.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplySubtractFrom(Lanes128 a, Lanes128 b, Lanes128 c) =>
        new(Vector128.MultiplyAddEstimate(-a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128 Clamp(Lanes128 x, Lanes128 low, Lanes128 high) =>
        new(Vector128.Min(high.v, Vector128.Max(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128 Round(Lanes128 x) => new(Vector128.Round(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Exp2(Lanes128 x)
    {
        x = Clamp(x, Broadcast(-151f), Broadcast(129f));
        Lanes128 whole = Round(x);
        return Scale(VectorMath.Exp2Fraction(x - whole), whole);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 x) => new(Vector128.Sqrt(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 x) => new(Vector128.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128 Scale(Lanes128 x, Lanes128 n)
    {
        // 2^(n-1) as the bits of a float, so that n = 128 still fits; n <= -126 has the bits of zero.
        Vector128<int> exponent = Vector128.ConvertToInt32Native(Vector128.Max(n.v, Vector128.Create(-126f)))
            + Vector128.Create(126);
        Vector128<float> half = x.v * Vector128.ShiftLeft(exponent, 23).AsSingle();
        return new(half + half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 WhereGreater(Lanes128 x, Lanes128 limit, Lanes128 yes, Lanes128 no) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(x.v, limit.v), yes.v, no.v));
}
