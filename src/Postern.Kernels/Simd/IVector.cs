namespace Postern.Kernels;

/// <summary>
/// A register of floats. Kernels are written once over this contract and the JIT makes one program per width;
/// the implementations hold arithmetic and nothing else.
/// </summary>
internal unsafe interface IVector<TSelf> where TSelf : unmanaged, IVector<TSelf>
{
    /// <summary>The number of floats; a multiple of four.</summary>
    static abstract int Width { get; }

    /// <summary>Whether a loop can keep some 24 registers and not some 12: the machine has 32 of them.</summary>
    static abstract bool Plentiful { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>Reads <see cref="Width"/> floats at any alignment.</summary>
    static abstract TSelf Load(float* address);

    /// <summary>Writes <see cref="Width"/> floats at any alignment.</summary>
    void Store(float* address);

    /// <summary>Reads <see cref="Width"/> bfloat16 at any alignment.</summary>
    static abstract TSelf Load(BFloat16* address);

    /// <summary>Writes <see cref="Width"/> bfloat16 at any alignment, rounded as <see cref="BFloat16.From"/> does.</summary>
    void Store(BFloat16* address);

    /// <summary>Adds lane i to <paramref name="four"/>[i mod 4]: a horizontal sum but for its last two steps.</summary>
    void AddFolded(float* four);

    /// <summary>
    /// What <see cref="AddFolded(float*)"/> does, for two registers: lane i of register k is added to <paramref name="sums"/>[4 k
    /// + i mod 4].
    /// </summary>
    static virtual void AddFolded(TSelf a, TSelf b, float* sums)
    {
        a.AddFolded(sums);
        b.AddFolded(sums + 4);
    }

    /// <summary>What <see cref="AddFolded(float*)"/> does, for four registers at once: lane i of register k is added to
    /// <paramref name="sums"/>[4 k + i mod 4].</summary>
    static abstract void AddFolded(TSelf a, TSelf b, TSelf c, TSelf d, float* sums);

    /// <summary>Lane-wise sum.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>Lane-wise difference.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>Lane-wise product.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>Lane-wise quotient.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a * b + c, with one rounding where the machine has such an instruction.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>c - a * b, with one rounding where the machine has such an instruction.</summary>
    static abstract TSelf MultiplySubtractFrom(TSelf a, TSelf b, TSelf c);

    /// <summary>
    /// 2^x to three units in the last place: 0 below about -126 (-150 where the hardware scales gradually), infinity from 128, or
    /// a sixteenth before it.
    /// </summary>
    static abstract TSelf Exp2(TSelf x);

    /// <summary>The square root.</summary>
    static abstract TSelf Sqrt(TSelf x);

    /// <summary>|x|.</summary>
    static abstract TSelf Abs(TSelf x);

    /// <summary>Per lane <paramref name="yes"/> where x &gt; <paramref name="limit"/>, otherwise <paramref name="no"/>.</summary>
    static abstract TSelf WhereGreater(TSelf x, TSelf limit, TSelf yes, TSelf no);
}
