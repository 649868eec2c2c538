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
    public static bool Plentiful => true;

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
        Vector512<uint> rounded =
            Vector512.ShiftRightLogical(bits + (kept & Vector512.Create(1u)) + Vector512.Create(0x7FFFu), 16);
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

    // 2^x = 2^floor(r) 2^(j/32) 2^f: r is x rounded to thirty-seconds, j its last five bits, which stand lowest in x + 1.5 *
    // 2^18, and f what is left, at most 1/64, where a polynomial of degree two is exact to 6e-8. Right for every x: infinities
    // have f = 0, and Scale saturates.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Exp2(Lanes512 x)
    {
        const int toThirtySeconds = 5 << 4;
        Vector512<float> f = Avx512DQ.Reduce(x.v, toThirtySeconds);
        Vector512<int> j = (x.v + Vector512.Create(393216f)).AsInt32();
        Vector512<float> root = Avx512F.PermuteVar16x32x2(
            Vector512.Create(
                1f, 1.0218972f, 1.04427373f, 1.06714046f, 1.09050775f, 1.1143868f, 1.13878858f, 1.1637249f,
                1.18920708f, 1.21524739f, 1.24185777f, 1.26905096f, 1.29683959f, 1.32523668f, 1.35425556f, 1.38390994f),
            j,
            Vector512.Create(
                1.41421354f, 1.44518077f, 1.47682619f, 1.50916445f, 1.54221082f, 1.5759809f, 1.61049032f, 1.64575553f,
                1.68179286f, 1.71861935f, 1.75625217f, 1.79470909f, 1.8340081f, 1.87416768f, 1.91520655f, 1.95714414f));
        Vector512<float> slope = Avx512F.FusedMultiplyAdd(Vector512.Create(0.240228268f), f, Vector512.Create(0.693157344f));
        return new(Avx512F.Scale(Avx512F.FusedMultiplyAdd(slope * f, root, root), x.v - f));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 x) => new(Vector512.Sqrt(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 x) => new(Vector512.Abs(x.v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WhereGreater(Lanes512 x, Lanes512 limit, Lanes512 yes, Lanes512 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(x.v, limit.v), yes.v, no.v));
}
