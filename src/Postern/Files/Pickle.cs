using System.Buffers.Binary;
using System.Text;

namespace Postern.Files;

/// <summary>
/// Reads pickles of numbers, strings, containers and numpy arrays, as Python 2 and 3 write them in protocols 2 to 5. The only
/// names it knows are those that rebuild such data: an array comes out as <see cref="PickledArray"/>, a numpy number as a number;
/// everything else is refused.
/// </summary>
internal sealed class Pickle : IPickleNames
{
    private readonly string source;

    // A pickle may use a stored text again for two bytes, so that each is turned into bytes once.
    private readonly Dictionary<string, ReadOnlyMemory<byte>> encoded = new(ReferenceEqualityComparer.Instance);

    private Pickle(string source) => this.source = source;

    private enum Name { Reconstruct, FromBuffer, Scalar, Array, DataType, Encode, Bytes, OrderedDictionary }

    /// <summary>The one value of a pickle, in the types of <see cref="PickleMachine"/>.</summary>
    /// <exception cref="InputException">Damaged, cut short, or holding something other than plain data.</exception>
    internal static object? Read(byte[] data, string source) =>
        new PickleMachine(new MemoryStream(data), 0, data.Length, source, new Pickle(source)).Read();

    public object Global(string module, string name) => (module, name) switch
    {
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => Name.Reconstruct,
        ("numpy.core.multiarray" or "numpy._core.multiarray", "scalar") => Name.Scalar,
        ("numpy.core.numeric" or "numpy._core.numeric", "_frombuffer") => Name.FromBuffer,
        ("numpy", "ndarray") => Name.Array,
        ("numpy", "dtype") => Name.DataType,
        ("_codecs", "encode") => Name.Encode,
        ("__builtin__" or "builtins", "bytes" or "bytearray") => Name.Bytes,
        ("collections", "OrderedDict") => Name.OrderedDictionary,
        _ => throw Wrong($"asks for {module}.{name}; only plain data is read and nothing is executed"),
    };

    // numpy makes an empty array, or a dtype from its letters; what fills them follows with a state. Protocol 5 gives an array
    // its content at once.
    public object? Call(object? callable, object?[] arguments) => (callable, arguments) switch
    {
        (Name.Reconstruct, [Name.Array, ..]) => new PickledArray(),
        (Name.FromBuffer, [ReadOnlyMemory<byte> bytes, PickledType type, object?[] shape, string order, ..]) =>
            Array(shape, type, bytes, order == "F"),
        (Name.DataType, [string or ReadOnlyMemory<byte>, ..]) => new PickledType(Text(arguments[0])),
        (Name.Scalar, [PickledType type, ReadOnlyMemory<byte> bytes]) => Number(type, bytes.Span),
        (Name.Encode, [string text, "latin1" or "latin-1"]) => Latin1(text),
        (Name.Bytes, []) => ReadOnlyMemory<byte>.Empty,
        (Name.Bytes, [ReadOnlyMemory<byte> bytes]) => bytes,
        (Name.Bytes, [string text, "latin1" or "latin-1"]) => Latin1(text),
        (Name.OrderedDictionary, []) => new OrderedDictionary<string, object?>(StringComparer.Ordinal),
        (Name.Scalar, _) => throw Wrong("holds a number of an unknown type"),
        _ => throw Wrong("calls something; only plain data is read and nothing is executed"),
    };

    public void Build(object? target, object? state)
    {
        switch (target, state)
        {
            // The version of the state, then the byte order: '<', '>', or '|' where it does not matter.
            case (PickledType type, object?[] and [_, string or ReadOnlyMemory<byte>, ..]):
                type.BigEndian = Text(((object?[])state!)[1]) == ">";
                break;
            // The version, shape, type, whether the first axis is innermost, content; a list where it holds objects.
            case (PickledArray array,
                object?[] and [_, object?[] shape, PickledType type, bool fortran, ReadOnlyMemory<byte> bytes]):
                array.Fill(Sides(shape), type, bytes, fortran, source);
                break;
            case (PickledArray, object?[] and [_, object?[], PickledType, bool, List<object?>]): break;
            default: throw Wrong("sets the state of something that has none");
        }
    }

    public object? Persistent(object? id) => throw Wrong("refers to something outside itself");

    private PickledArray Array(object?[] shape, PickledType type, ReadOnlyMemory<byte> bytes, bool fortran)
    {
        var array = new PickledArray();
        array.Fill(Sides(shape), type, bytes, fortran, source);
        return array;
    }

    private long[] Sides(object?[] shape) => shape.Length > MostDimensions
        ? throw Wrong("holds an array of no shape")
        : System.Array.ConvertAll(shape, n => n is long length and >= 0 ? length : throw Wrong("holds an array of no shape"));

    private object Number(PickledType type, ReadOnlySpan<byte> bytes) => (type.Letters, bytes.Length) switch
    {
        ("f8", 8) => (object)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ("f4", 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => type.Integer(bytes) ?? throw Wrong("holds a number of an unknown type"),
    };

    private ReadOnlyMemory<byte> Latin1(string text)
    {
        if (encoded.TryGetValue(text, out ReadOnlyMemory<byte> known)) return known;
        if (text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff')) throw Wrong("holds bytes written as text that they are not");
        return encoded[text] = Encoding.Latin1.GetBytes(text);
    }

    private string Text(object? value)
    {
        string text = value as string ?? Encoding.Latin1.GetString(((ReadOnlyMemory<byte>)value!).Span[..Math.Min(LongestType,
            ((ReadOnlyMemory<byte>)value).Length)]);
        return text.Length <= LongestType ? text : text[..LongestType];
    }

    private InputException Wrong(string what) => new(source, $"the pickle {what}");

    // numpy's own limit, and far more letters than a plain number's type has.
    private const int MostDimensions = 64, LongestType = 16;
}
