using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>Where B or C of one block lies, in scan order: token t of state n is at
/// <paramref name="first"/> + n * (its kind's <c>PerState</c>) + t * <paramref name="perToken"/>.</summary>
internal readonly unsafe struct ScanCoefficient(float* first, nint perToken)
{
    public readonly float* First = first;
    public readonly nint PerToken = perToken;
}

/// <summary>How B or C reaches the lanes, and how its gradient is gathered from them.</summary>
internal unsafe interface ICoefficientKind
{
    /// <summary>The values of all lanes at <paramref name="position"/>.</summary>
    static abstract V At<V>(float* position) where V : unmanaged, IVector<V>;

    /// <summary>From one state's values to the next one's.</summary>
    static abstract nint PerState<V>() where V : unmanaged, IVector<V>;

    /// <summary>From one token's running sums to the next one's, where <paramref name="states"/> states lie side by side.</summary>
    static abstract nint SumPerToken(int states);

    /// <summary>Adds to the running sum at <paramref name="sum"/>.</summary>
    static abstract void Accumulate<V>(V addend, float* sum) where V : unmanaged, IVector<V>;

    /// <summary>Adds to the running sums of four states.</summary>
    static abstract void Accumulate<V>(V a, V b, V c, V d, float* sums) where V : unmanaged, IVector<V>;
}

/// <summary>One number per token and state for all lanes; its gradient sums over them, kept four wide until the block is done.</summary>
internal readonly unsafe struct PerToken : ICoefficientKind
{
    /// <inheritdoc/>
    public static nint PerState<V>() where V : unmanaged, IVector<V> => 1;

    /// <inheritdoc/>
    public static nint SumPerToken(int states) => states * ScanBackwardScratch.Folds;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At<V>(float* position) where V : unmanaged, IVector<V> => V.Broadcast(*position);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V addend, float* sum) where V : unmanaged, IVector<V> => addend.AddFolded(sum);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V a, V b, V c, V d, float* sums) where V : unmanaged, IVector<V> => V.AddFolded(a, b, c, d, sums);
}

/// <summary>One number per channel and state for all tokens.</summary>
internal readonly unsafe struct PerChannel : ICoefficientKind
{
    /// <inheritdoc/>
    public static nint PerState<V>() where V : unmanaged, IVector<V> => V.Width;

    /// <inheritdoc/>
    public static nint SumPerToken(int states) => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At<V>(float* position) where V : unmanaged, IVector<V> => V.Load(position);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V addend, float* sum) where V : unmanaged, IVector<V> => (V.Load(sum) + addend).Store(sum);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V a, V b, V c, V d, float* sums) where V : unmanaged, IVector<V>
    {
        Accumulate(a, sums);
        Accumulate(b, sums + V.Width);
        Accumulate(c, sums + 2 * V.Width);
        Accumulate(d, sums + 3 * V.Width);
    }
}
