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
    public static bool Plentiful => false;

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
        Vector256<uint> rounded =
            Vector256.ShiftRightLogical(bits + (kept & Vector256.Create(1u)) + Vector256.Create(0x7FFFu), 16);
        rounded = Vector256.ConditionalSelect(Vector256.Equals(v, v).AsUInt32(), rounded, kept | Vector256.Create(0x40u));
        Vector128.Narrow(rounded.GetLower(), rounded.GetUpper()).Store((ushort*)address);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFolded(float* four) => (Vector128.Load(four) + (v.GetLower() + v.GetUpper())).Store(four);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes256 a, Lanes256 b, float* sums) =>
        (Vector256.Load(sums) + (Avx.Permute2x128(a.v, b.v, 0x20) + Avx.Permute2x128(a.v, b.v, 0x31))).Store(sums);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes256 a, Lanes256 b, Lanes256 c, Lanes256 d, float* sums)
    {
        AddFolded(a, b, sums);
        AddFolded(c, d, sums + 8);
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

    // 2^x = 2^n 2^(j/8) 2^f: adding 1.5 * 2^20 rounds x to eighths and leaves j in the sum's last three bits and n in those
    // before, which a shift moves to where a float has its exponent; f is at most 1/16, where a polynomial of degree three is
    // exact to 4e-8. The table's entries are the roots' bits less those of j, which the shift leaves behind n. At -127 the bits
    // are those of zero, at 128 of infinity. Max and Min return their second operand when either is NaN, so that NaN reaches the
    // polynomial.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Exp2(Lanes256 x)
    {
        Vector256<float> clamped = Avx.Min(Vector256.Create(128f), Avx.Max(Vector256.Create(-127f), x.v));
        Vector256<float> toEighths = Vector256.Create(1572864f), eighths = clamped + toEighths;
        Vector256<float> f = clamped - (eighths - toEighths);
        Vector256<int> roots = Avx2.PermuteVar8x32(
            Vector256.Create(1065353216, 1065063874, 1064843248, 1064697559, 1064633587, 1064658730, 1064781053, 1065009351),
            eighths.AsInt32());
        Vector256<float> scale = (roots + Vector256.ShiftLeft(eighths.AsInt32(), 20)).AsSingle();
        Vector256<float> p = Fma.MultiplyAdd(Vector256.Create(0.055508014f), f, Vector256.Create(0.24025469f));
        p = Fma.MultiplyAdd(p, f, Vector256.Create(0.6931472f));
        return new(Fma.MultiplyAdd(p, f, Vector256.Create(1f)) * scale);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 x) => new(Vector256.Sqrt(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 x) => new(Vector256.Abs(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WhereGreater(Lanes256 x, Lanes256 limit, Lanes256 yes, Lanes256 no) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(x.v, limit.v), yes.v, no.v));
}
