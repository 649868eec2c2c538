namespace Postern.Files;

/// <summary>
/// Reads pickles of numbers, strings, containers and numpy byte arrays, as Python 2 wrote CIFAR-10's. The only names it knows are
/// those numpy uses to rebuild an array, which comes out as <see cref="PickledBytes"/>; everything else is refused.
/// </summary>
internal sealed class Pickle : IPickleNames
{
    private readonly string source;

    private Pickle(string source) => this.source = source;

    private enum NumpyPart { Reconstruct, Array, DataType, Bytes }

    /// <summary>The one value of a pickle, in the types of <see cref="PickleMachine"/>.</summary>
    /// <exception cref="InputException">Damaged, cut short, or holding something other than plain data.</exception>
    internal static object? Read(byte[] data, string source) =>
        new PickleMachine(new MemoryStream(data), 0, data.Length, source, new Pickle(source)).Read();

    public object Global(string module, string name) => (module, name) switch
    {
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => NumpyPart.Reconstruct,
        ("numpy", "ndarray") => NumpyPart.Array,
        ("numpy", "dtype") => NumpyPart.DataType,
        _ => throw Wrong($"asks for {module}.{name}; only plain data is read and nothing is executed"),
    };

    // numpy makes an empty array, or a dtype from its letters; what fills them follows with a state.
    public object? Call(object? callable, object?[] arguments) => (callable, arguments) switch
    {
        (NumpyPart.Reconstruct, [NumpyPart.Array, ..]) => new PickledBytes(),
        (NumpyPart.DataType, [ReadOnlyMemory<byte> letters, ..]) when letters.Span.SequenceEqual("u1"u8) => NumpyPart.Bytes,
        (NumpyPart.DataType, _) => throw Wrong("holds an array of something other than unsigned bytes"),
        _ => throw Wrong("calls something; only plain data is read and nothing is executed"),
    };

    public void Build(object? target, object? state)
    {
        if (target is NumpyPart.Bytes) return;
        if (target is not PickledBytes array || state is not object?[] fields
            || fields is not [_, object?[] shape, NumpyPart.Bytes, false, ReadOnlyMemory<byte> bytes])
        {
            throw Wrong("holds an array that is not unsigned bytes in rows");
        }
        array.Fill(Array.ConvertAll(shape, n => n is long length and >= 0 ? length : throw Wrong("holds an array of no shape")),
            bytes, source);
    }

    public object? Persistent(object? id) => throw Wrong("refers to something outside itself");

    private InputException Wrong(string what) => new(source, $"the pickle {what}");
}
