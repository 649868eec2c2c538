using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Postern.Kernels;

/// <summary>Eight floats in one AVX2 register.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> value) : IVector<Lanes256>
{
    private readonly Vector256<float> v = value;

    /// <inheritdoc/>
    public static int Width => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(float value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* address) => new(Vector256.Load(address));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* address) => v.Store(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(BFloat16* address) =>
        new(Vector256.ShiftLeft(Avx2.ConvertToVector256Int32(Vector128.Load((ushort*)address)), 16).AsSingle());

    // Adding just below half of what is cut off, and one more where what is kept is odd, rounds to nearest even.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(BFloat16* address)
    {
        Vector256<uint> bits = v.AsUInt32(), kept = Vector256.ShiftRightLogical(bits, 16);
        Vector256<uint> rounded = Vector256.ShiftRightLogical(bits + (kept & Vector256.Create(1u)) + Vector256.Create(0x7FFFu), 16);
        rounded = Vector256.ConditionalSelect(Vector256.Equals(v, v).AsUInt32(), rounded, kept | Vector256.Create(0x40u));
        Vector128.Narrow(rounded.GetLower(), rounded.GetUpper()).Store((ushort*)address);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFolded(float* four) => (Vector128.Load(four) + (v.GetLower() + v.GetUpper())).Store(four);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes256 a, Lanes256 b, Lanes256 c, Lanes256 d, float* sums)
    {
        Vector256<float> ab = Avx.Permute2x128(a.v, b.v, 0x20) + Avx.Permute2x128(a.v, b.v, 0x31);
        Vector256<float> cd = Avx.Permute2x128(c.v, d.v, 0x20) + Avx.Permute2x128(c.v, d.v, 0x31);
        (Vector256.Load(sums) + ab).Store(sums);
        (Vector256.Load(sums + 8) + cd).Store(sums + 8);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a.v + b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a.v - b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a.v * b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a.v / b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Fma.MultiplyAdd(a.v, b.v, c.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplySubtractFrom(Lanes256 a, Lanes256 b, Lanes256 c) =>
        new(Fma.MultiplyAddNegated(a.v, b.v, c.v));

    // The instruction returns its second operand when either is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256 Clamp(Lanes256 x, Lanes256 low, Lanes256 high) =>
        new(Avx.Min(high.v, Avx.Max(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256 Round(Lanes256 x) => new(Avx.RoundToNearestInteger(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Exp2(Lanes256 x)
    {
        x = Clamp(x, Broadcast(-151f), Broadcast(129f));
        Lanes256 whole = Round(x);
        return Scale(VectorMath.Exp2Fraction(x - whole), whole);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 x) => new(Vector256.Sqrt(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 x) => new(Vector256.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256 Scale(Lanes256 x, Lanes256 n)
    {
        // 2^(n-1) as the bits of a float, so that n = 128 still fits; n <= -126 has the bits of zero.
        Vector256<int> exponent = Vector256.ConvertToInt32Native(Avx.Max(n.v, Vector256.Create(-126f))) + Vector256.Create(126);
        Vector256<float> half = x.v * Vector256.ShiftLeft(exponent, 23).AsSingle();
        return new(half + half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WhereGreater(Lanes256 x, Lanes256 limit, Lanes256 yes, Lanes256 no) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(x.v, limit.v), yes.v, no.v));
}
