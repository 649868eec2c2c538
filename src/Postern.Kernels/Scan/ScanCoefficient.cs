using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>Where B or C of one block lies. What tokens have is gathered once a sequence, four states that are used together side
/// by side, so that none of the cache goes to the states in between.</summary>
/// <param name="first">Of state 0 and the first token in scan order.</param>
/// <param name="perState">From one state to the next: L for what tokens have, the width for what channels have.</param>
/// <param name="perChannel">Whether all tokens have the same.</param>
internal readonly unsafe struct ScanCoefficient(float* first, nint perState, bool perChannel)
{
    /// <summary>Of state <paramref name="n"/>, which is the first of those used together.</summary>
    public float* State(int n) => first + n * perState;

    /// <summary>From one token to the next, where so many states are used together.</summary>
    public nint PerToken(int together) => perChannel ? 0 : together;

    /// <summary>
    /// Copies the tokens' N numbers into the order of use: [L, 4] for every four states, [L] for each that is left.
    /// </summary>
    /// <param name="rows">Of one sequence, in scan order.</param>
    /// <param name="length">L.</param>
    /// <param name="states">N.</param>
    /// <param name="gathered">Receives L N floats.</param>
    public static void Gather(TokenRows rows, int length, int states, float* gathered)
    {
        for (int n = 0; n < states;)
        {
            int together = ScanCall.UsedTogether(states - n);
            for (int t = 0; t < length; t++, gathered += together)
                new ReadOnlySpan<float>(rows[t] + n, together).CopyTo(new(gathered, together));
            n += together;
        }
    }
}

/// <summary>How B or C reaches the lanes, and how its gradient is gathered from them.</summary>
internal unsafe interface ICoefficientKind
{
    /// <summary>The values of all lanes at <paramref name="position"/>.</summary>
    static abstract V At<V>(float* position) where V : unmanaged, IVector<V>;

    /// <summary>From one state's values to those of the next used together.</summary>
    static abstract nint PerState<V>() where V : unmanaged, IVector<V>;

    /// <summary>From one state's running sums to those of the next used together.</summary>
    static abstract nint SumPerState<V>() where V : unmanaged, IVector<V>;

    /// <summary>
    /// From one token's running sums to the next one's, where <paramref name="states"/> states lie side by side.
    /// </summary>
    static abstract nint SumPerToken(int states);

    /// <summary>Adds to the running sum at <paramref name="sum"/>.</summary>
    static abstract void Accumulate<V>(V addend, float* sum) where V : unmanaged, IVector<V>;

    /// <summary>Adds to the running sums of two states.</summary>
    static abstract void Accumulate<V>(V a, V b, float* sums) where V : unmanaged, IVector<V>;

    /// <summary>Adds to the running sums of four states.</summary>
    static abstract void Accumulate<V>(V a, V b, V c, V d, float* sums) where V : unmanaged, IVector<V>;
}

/// <summary>
/// One number per token and state for all lanes; its gradient sums over them, kept four wide until the block is done.
/// </summary>
internal readonly unsafe struct PerToken : ICoefficientKind
{
    /// <inheritdoc/>
    public static nint PerState<V>() where V : unmanaged, IVector<V> => 1;

    /// <inheritdoc/>
    public static nint SumPerState<V>() where V : unmanaged, IVector<V> => ScanBackwardScratch.Folds;

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
    public static void Accumulate<V>(V a, V b, float* sums) where V : unmanaged, IVector<V> => V.AddFolded(a, b, sums);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V a, V b, V c, V d, float* sums) where V : unmanaged,
        IVector<V> => V.AddFolded(a, b, c, d, sums);
}

/// <summary>One number per channel and state for all tokens.</summary>
internal readonly unsafe struct PerChannel : ICoefficientKind
{
    /// <inheritdoc/>
    public static nint PerState<V>() where V : unmanaged, IVector<V> => V.Width;

    /// <inheritdoc/>
    public static nint SumPerState<V>() where V : unmanaged, IVector<V> => V.Width;

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
    public static void Accumulate<V>(V a, V b, float* sums) where V : unmanaged, IVector<V>
    {
        Accumulate(a, sums);
        Accumulate(b, sums + V.Width);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V a, V b, V c, V d, float* sums) where V : unmanaged, IVector<V>
    {
        Accumulate(a, b, sums);
        Accumulate(c, d, sums + 2 * V.Width);
    }
}
