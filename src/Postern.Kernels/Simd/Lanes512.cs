using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Postern.Kernels;

/// <summary>Sixteen floats in one AVX-512 register.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : IVector<Lanes512>
{
    private readonly Vector512<float> v = value;

    /// <inheritdoc/>
    public static int Width => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* address) => new(Vector512.Load(address));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* address) => v.Store(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(BFloat16* address) =>
        new(Vector512.ShiftLeft(Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)address)), 16).AsSingle());

    // Adding just below half of what is cut off, and one more where what is kept is odd, rounds to nearest even.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(BFloat16* address)
    {
        Vector512<uint> bits = v.AsUInt32(), kept = Vector512.ShiftRightLogical(bits, 16);
        Vector512<uint> rounded = Vector512.ShiftRightLogical(bits + (kept & Vector512.Create(1u)) + Vector512.Create(0x7FFFu), 16);
        rounded = Vector512.ConditionalSelect(Vector512.Equals(v, v).AsUInt32(), rounded, kept | Vector512.Create(0x40u));
        Avx512F.ConvertToVector256UInt16(rounded).Store((ushort*)address);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFolded(float* four)
    {
        Vector256<float> half = v.GetLower() + v.GetUpper();
        (Vector128.Load(four) + (half.GetLower() + half.GetUpper())).Store(four);
    }

    // Quarters of two registers change places until each result has one quarter of all four, twice over.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes512 a, Lanes512 b, Lanes512 c, Lanes512 d, float* sums)
    {
        Vector512<float> ab = Avx512F.Shuffle4x128(a.v, b.v, 0x44) + Avx512F.Shuffle4x128(a.v, b.v, 0xEE);
        Vector512<float> cd = Avx512F.Shuffle4x128(c.v, d.v, 0x44) + Avx512F.Shuffle4x128(c.v, d.v, 0xEE);
        Vector512<float> all = Avx512F.Shuffle4x128(ab, cd, 0x88) + Avx512F.Shuffle4x128(ab, cd, 0xDD);
        (Vector512.Load(sums) + all).Store(sums);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.v + b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a.v - b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a.v * b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a.v / b.v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Avx512F.FusedMultiplyAdd(a.v, b.v, c.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplySubtractFrom(Lanes512 a, Lanes512 b, Lanes512 c) =>
        new(Avx512F.FusedMultiplyAddNegated(a.v, b.v, c.v));

    // The instruction returns its second operand when either is NaN.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Clamp(Lanes512 x, Lanes512 low, Lanes512 high) =>
        new(Avx512F.Min(high.v, Avx512F.Max(low.v, x.v)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Round(Lanes512 x) => new(Avx512F.RoundScale(x.v, 0));

    // One instruction, right for every x: infinities have the fraction 0, and Scale saturates.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Fraction(Lanes512 x, out Lanes512 whole)
    {
        Vector512<float> fraction = Avx512DQ.Reduce(x.v, 0);
        whole = new(x.v - fraction);
        return new(fraction);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 x) => new(Vector512.Sqrt(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 x) => new(Vector512.Abs(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Scale(Lanes512 x, Lanes512 n) => new(Avx512F.Scale(x.v, n.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WhereGreater(Lanes512 x, Lanes512 limit, Lanes512 yes, Lanes512 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(x.v, limit.v), yes.v, no.v));
}
