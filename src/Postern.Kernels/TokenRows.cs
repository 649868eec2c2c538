namespace Postern.Kernels;

/// <summary>
/// A matrix of tokens in memory that the caller keeps alive: row (b, t) of [B, L, *] starts at
/// <see cref="Address"/> + (b * L + t) * <see cref="Stride"/> elements. A slice of wider rows is the same start moved and the
/// same stride.
/// </summary>
/// <param name="address">The first element of the first token; 0 says that there is no such tensor.</param>
/// <param name="stride">The distance from a token to the next, in elements.</param>
/// <param name="element">The type of the elements.</param>
public readonly unsafe struct TokenRows(nint address, long stride, RowElement element = RowElement.Float32)
{
    /// <summary>Rows of float32.</summary>
    /// <param name="start">The first element of the first token; null says that there is no such tensor.</param>
    /// <param name="stride">The distance from a token to the next, in elements.</param>
    public TokenRows(float* start, long stride) : this((nint)start, stride)
    {
    }

    /// <summary>The first element of the first token.</summary>
    public nint Address { get; } = address;

    /// <summary>The distance from a token to the next, in elements.</summary>
    public long Stride { get; } = stride;

    /// <summary>The type of the elements.</summary>
    public RowElement Element { get; } = element;

    /// <summary>The same memory as rows without gaps.</summary>
    /// <param name="width">Elements of a row.</param>
    public TokenRows Dense(int width) => new(Address, width, Element);

    /// <summary>The same rows from a later column on, of the same width from token to token.</summary>
    /// <param name="column">The first column, in elements.</param>
    public TokenRows From(int column) => new(Address + (nint)((long)column * Size), Stride, Element);

    /// <summary>Whether there is a tensor.</summary>
    public bool Exists => Address != 0;

    /// <summary>Bytes of an element.</summary>
    internal int Size => Element == RowElement.BFloat16 ? sizeof(BFloat16) : sizeof(float);

    /// <summary>The first element of rows of float32.</summary>
    internal float* Start => (float*)Address;

    /// <summary>The row of token <paramref name="t"/> of a matrix of float32.</summary>
    internal float* this[int t] => Start + t * Stride;

    /// <summary>The row of token <paramref name="t"/> as elements of their type.</summary>
    internal T* Row<T>(int t) where T : unmanaged => (T*)Address + t * Stride;

    /// <summary>The row of token <paramref name="t"/>, of elements of either type; null where there is no tensor.</summary>
    internal void* Row(int t) => Exists ? (void*)(Address + (nint)(t * Stride * Size)) : null;

    /// <summary>
    /// The number in column <paramref name="column"/> of token <paramref name="t"/>, of elements of either type; for references.
    /// </summary>
    internal double Value(int t, long column) =>
        Element == RowElement.BFloat16 ? Row<BFloat16>(t)[column].AsFloat32 : this[t][column];

    /// <summary>Writes what <see cref="Value"/> reads, rounded to the elements' type.</summary>
    internal void Set(int t, long column, double value)
    {
        if (Element == RowElement.BFloat16) Row<BFloat16>(t)[column] = BFloat16.From((float)value);
        else this[t][column] = (float)value;
    }

    /// <summary>Refuses rows that are there and have another type.</summary>
    /// <param name="what">Who takes them.</param>
    /// <param name="element">The type that they should have.</param>
    /// <param name="all">The rows.</param>
    internal static void RequireElement(string what, RowElement element, params ReadOnlySpan<TokenRows> all)
    {
        foreach (TokenRows rows in all)
        {
            if (rows.Exists && rows.Element != element)
                throw new ArgumentException($"{what}: rows of {rows.Element} beside such of {element}");
        }
    }

    /// <summary>The rows of one sequence in the order of a scan: from the last token backwards when
    /// <paramref name="reverse"/> is set. Column <paramref name="column"/> comes first.</summary>
    internal TokenRows Sequence(int batch, int length, bool reverse, long column)
    {
        if (!Exists) return this;
        long first = (long)batch * length + (reverse ? length - 1 : 0);
        return new TokenRows(Address + (nint)((first * Stride + column) * Size), reverse ? -Stride : Stride, Element);
    }
}
