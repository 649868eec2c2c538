using System.Buffers.Binary;
using System.Text;

namespace Postern.Datasets.Files;

/// <summary>
/// Reads pickles of protocol 2 that hold numbers, strings, containers and numpy byte arrays, as Python 2 wrote CIFAR-10's.
/// Executes nothing: the only names it knows are the three numpy uses to rebuild an array, and everything else is refused.
/// </summary>
/// <remarks>
/// Values come out as <c>null</c>, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/> (unicode),
/// <see cref="ReadOnlyMemory{T}"/> of bytes (Python 2's <c>str</c>; a view of the input), <c>object?[]</c> (tuple),
/// <see cref="List{T}"/>, <see cref="Dictionary{TKey,TValue}"/> by string, and <see cref="PickledBytes"/>.
/// </remarks>
internal sealed class Pickle
{
    // CIFAR-10's batches hold about 40,000 values; the cap keeps one-byte opcodes from filling the memory with empty objects.
    private const int MostValues = 2_000_000;

    private readonly ReadOnlyMemory<byte> data;
    private readonly string source;
    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = [];
    private readonly Dictionary<uint, object?> memo = [];
    private int position;
    private int values;

    private Pickle(ReadOnlyMemory<byte> data, string source) => (this.data, this.source) = (data, source);

    /// <summary>The one value of a pickle.</summary>
    /// <exception cref="InputException">Damaged, cut short, or holding something other than plain data.</exception>
    internal static object? Read(ReadOnlyMemory<byte> data, string source) => new Pickle(data, source).Run();

    private object? Run()
    {
        while (true)
        {
            int at = position;
            byte code = Take(1)[0];
            switch ((char)code)
            {
                case '\x80': if (Take(1)[0] is 0 or > 2) throw Wrong("is not of protocol 2"); break;
                case '.': return Pop();
                case '(': marks.Push(stack.Count); break;
                case 'N': Push(null); break;
                case '\x88': Push(true); break;
                case '\x89': Push(false); break;
                case 'K': Push((long)Take(1)[0]); break;
                case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
                case 'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
                case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
                case 'U': Push(Bytes(Take(1)[0])); break;
                case 'T': Push(Bytes(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))); break;
                case 'X': Push(Encoding.UTF8.GetString(Bytes(BinaryPrimitives.ReadInt32LittleEndian(Take(4))).Span)); break;
                case ']': Push(new List<object?>()); break;
                case '}': Push(new Dictionary<string, object?>(StringComparer.Ordinal)); break;
                case ')': Push(Array.Empty<object?>()); break;
                case '\x85': Push(PopMany(1)); break;
                case '\x86': Push(PopMany(2)); break;
                case '\x87': Push(PopMany(3)); break;
                case 't': Push(PopToMark()); break;
                case 'a': Append([Pop()]); break;
                case 'e': Append(PopToMark()); break;
                case 's': Set(PopMany(2)); break;
                case 'u': Set(PopToMark()); break;
                case '0': Pop(); break;
                case 'q': memo[Take(1)[0]] = Top(); break;
                case 'r': memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); break;
                case 'h': Push(Recall(Take(1)[0])); break;
                case 'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
                case 'c': Push(NumpyName(Line(), Line())); break;
                case 'R': Reduce(); break;
                case 'b': Build(); break;
                default: throw Wrong($"has opcode 0x{code:x2} at byte {at}, which plain data does not need");
            }
        }
    }

    private NumpyPart NumpyName(string module, string name) => (module, name) switch
    {
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => NumpyPart.Reconstruct,
        ("numpy", "ndarray") => NumpyPart.Array,
        ("numpy", "dtype") => NumpyPart.DataType,
        _ => throw Wrong($"asks for {module}.{name}; only plain data is read and nothing is executed"),
    };

    // numpy makes an empty array, or a dtype from its letters; what fills them follows with BUILD.
    private void Reduce()
    {
        object?[] call = PopMany(2);
        object result = call switch
        {
            [NumpyPart.Reconstruct, object?[] and [NumpyPart.Array, ..]] => new PickledBytes(),
            [NumpyPart.DataType, object?[] and [ReadOnlyMemory<byte> letters, ..]] when letters.Span.SequenceEqual("u1"u8) => NumpyPart.Bytes,
            [NumpyPart.DataType, ..] => throw Wrong("holds an array of something other than unsigned bytes"),
            _ => throw Wrong("calls something; only plain data is read and nothing is executed"),
        };
        Push(result);
    }

    private void Build()
    {
        object? state = Pop();
        if (Top() is NumpyPart.Bytes) return;
        if (Top() is not PickledBytes array || state is not object?[] fields
            || fields is not [_, object?[] shape, NumpyPart.Bytes, false, ReadOnlyMemory<byte> bytes])
        {
            throw Wrong("holds an array that is not unsigned bytes in rows");
        }
        array.Fill(Array.ConvertAll(shape, n => n is long length and >= 0 ? length : throw Wrong("holds an array of no shape")), bytes, source);
    }

    private void Append(object?[] items)
    {
        if (Top() is not List<object?> list) throw Wrong("appends to something that is no list");
        list.AddRange(items);
    }

    private void Set(object?[] pairs)
    {
        if (pairs.Length % 2 != 0 || Top() is not Dictionary<string, object?> dictionary)
            throw Wrong("sets items of something that is no dictionary");
        for (int i = 0; i < pairs.Length; i += 2)
        {
            string key = pairs[i] switch
            {
                string text => text,
                ReadOnlyMemory<byte> bytes => Encoding.Latin1.GetString(bytes.Span),
                _ => throw Wrong("has a dictionary key that is no string"),
            };
            dictionary[key] = pairs[i + 1];
        }
    }

    private void Push(object? value)
    {
        if (++values > MostValues) throw Wrong($"holds more than {MostValues} values");
        stack.Add(value);
    }

    private object? Top() => stack.Count > Floor ? stack[^1] : throw Wrong("uses a value that is not there");

    private int Floor => marks.TryPeek(out int mark) ? mark : 0;

    private object? Pop() => PopMany(1)[0];

    private object?[] PopMany(int count)
    {
        if (stack.Count - count < Floor) throw Wrong("uses a value that is not there");
        object?[] items = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        if (!marks.TryPop(out int mark)) throw Wrong("ends a group that it did not begin");
        object?[] items = [.. stack[mark..]];
        stack.RemoveRange(mark, stack.Count - mark);
        return items;
    }

    private object? Recall(uint key) => memo.TryGetValue(key, out object? value) ? value : throw Wrong("recalls a value that it did not store");

    private ReadOnlyMemory<byte> Bytes(int length)
    {
        int start = position;
        Take(length);
        return data.Slice(start, length);
    }

    private string Line()
    {
        int length = data.Span[position..].IndexOf((byte)'\n');
        if (length is < 0 or > 200) throw Wrong("has a name without an end");
        string line = Encoding.Latin1.GetString(Take(length));
        position++;
        return line;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > data.Length - position) throw Wrong($"is cut short or damaged at byte {position}");
        position += length;
        return data.Span.Slice(position - length, length);
    }

    private InputException Wrong(string what) => new(source, $"the pickle {what}");

    private enum NumpyPart { Reconstruct, Array, DataType, Bytes }
}
