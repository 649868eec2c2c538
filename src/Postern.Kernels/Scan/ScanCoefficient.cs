using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>Where B or C of one block lies, in scan order: token t of state n is at
/// <paramref name="first"/> + n * <paramref name="perState"/> + t * <paramref name="perToken"/>.</summary>
internal readonly unsafe struct ScanCoefficient(float* first, nint perState, nint perToken)
{
    public readonly float* First = first;
    public readonly nint PerState = perState;
    public readonly nint PerToken = perToken;
}

/// <summary>How B or C reaches the lanes, and how its gradient is gathered from them.</summary>
internal unsafe interface ICoefficientKind
{
    /// <summary>The values of all lanes at <paramref name="position"/>.</summary>
    static abstract V At<V>(float* position) where V : unmanaged, IVector<V>;

    /// <summary>From one token's running sum to the next one's.</summary>
    static abstract nint SumPerToken { get; }

    /// <summary>Adds to the running sum at <paramref name="sum"/>.</summary>
    static abstract void Accumulate<V>(V addend, float* sum) where V : unmanaged, IVector<V>;
}

/// <summary>One number per token and state for all lanes; its gradient sums over them, kept four wide until the block is done.</summary>
internal readonly unsafe struct PerToken : ICoefficientKind
{
    /// <inheritdoc/>
    public static nint SumPerToken => ScanBackwardScratch.Folds;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At<V>(float* position) where V : unmanaged, IVector<V> => V.Broadcast(*position);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V addend, float* sum) where V : unmanaged, IVector<V> => addend.AddFolded(sum);
}

/// <summary>One number per channel and state for all tokens.</summary>
internal readonly unsafe struct PerChannel : ICoefficientKind
{
    /// <inheritdoc/>
    public static nint SumPerToken => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At<V>(float* position) where V : unmanaged, IVector<V> => V.Load(position);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<V>(V addend, float* sum) where V : unmanaged, IVector<V> => (V.Load(sum) + addend).Store(sum);
}
