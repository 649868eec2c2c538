using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Postern.Files;

/// <summary>
/// The stack machine of Python's pickles, binary protocols 2 to 5. It holds plain data; what names and calls mean is decided by
/// an <see cref="IPickleNames"/>. It never recurses, and its memory is bounded in proportion to the length of its input.
/// </summary>
/// <remarks>
/// Values come out as <c>null</c>, <see cref="bool"/>, <see cref="long"/>, <see cref="BigInteger"/> (beyond 64 bits),
/// <see cref="double"/>, <see cref="string"/> (unicode), <see cref="ReadOnlyMemory{T}"/> of bytes (Python 2's <c>str</c>, Python
/// 3's <c>bytes</c>), <c>object?[]</c> (tuple), <see cref="List{T}"/> (list, set), <see cref="OrderedDictionary{TKey,TValue}"/>
/// by string (entries under other keys are passed over) and whatever the names give.
/// </remarks>
internal sealed class PickleMachine
{
    // One-byte opcodes make objects of tens of bytes. Real files hold a value in 3 to 20 bytes.
    private const long FewValues = 100_000;
    private const int BytesPerValue = 4;

    private const int LongestNumber = 64;
    private const int LongestName = 200;
    private const int LongestText = 1 << 30;

    // A stored text costs two bytes each time it is used again, and is hashed as a whole each time it is a key.
    internal const int LongestKey = 1000;

    private static readonly object True = true, False = false;
    private static readonly object[] SmallNumbers = [.. Enumerable.Range(0, 256).Select(n => (object)(long)n)];

    private readonly Stream stream;
    private readonly string source;
    private readonly IPickleNames names;
    private readonly byte[] buffer = new byte[16 << 10];
    private readonly long end, mostValues;
    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = [];
    private readonly Dictionary<long, object?> memo = [];
    private long bufferStart;
    private int buffered, used;
    private long values;

    /// <summary>
    /// A machine that reads from place <paramref name="start"/> of a stream to <paramref name="end"/> and no further.
    /// </summary>
    internal PickleMachine(Stream stream, long start, long end, string source, IPickleNames names)
    {
        (this.stream, this.source, this.names, this.end) = (stream, source, names, end);
        bufferStart = start;
        mostValues = FewValues + (end - start) / BytesPerValue;
    }

    /// <summary>Where in the stream the next pickle, or what follows the last one, begins.</summary>
    internal long Position => bufferStart + used;

    /// <summary>The one value of the next pickle.</summary>
    /// <exception cref="InputException">Damaged, cut short, or holding something that the names refuse.</exception>
    internal object? Read()
    {
        stack.Clear();
        marks.Clear();
        memo.Clear();
        while (true)
        {
            long at = Position;
            byte code = Take(1)[0];
            switch ((char)code)
            {
                case '\x80': if (Take(1)[0] is < 2 or > 5) throw Wrong("is not of protocol 2 to 5"); break;
                case '\x95': Take(8); break;
                case '.': return Pop();

                case 'N': Push(null); break;
                case '\x88': Push(True); break;
                case '\x89': Push(False); break;
                case 'K': Push(SmallNumbers[Take(1)[0]]); break;
                case 'M': Push((long)UInt16()); break;
                case 'J': Push((long)Int32()); break;
                case '\x8a': Push(Number(Take(1)[0])); break;
                case '\x8b': Push(Number(Int32())); break;
                case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;

                case 'U' or 'C': Push(Bytes(Take(1)[0])); break;
                case 'T': Push(Bytes(Int32())); break;
                case 'B': Push(Bytes(UInt32())); break;
                case '\x8e' or '\x96': Push(Bytes(Int64())); break;
                case '\x8c': Push(Text(Take(1)[0])); break;
                case 'X': Push(Text(UInt32())); break;
                case '\x8d': Push(Text(Int64())); break;

                case '(': Count(); marks.Push(stack.Count); break;
                case '0': Pop(); break;
                case '1': PopToMark(); break;
                case '2': Push(Top()); break;
                case ')': Push(Array.Empty<object?>()); break;
                case '\x85': Push(PopMany(1)); break;
                case '\x86': Push(PopMany(2)); break;
                case '\x87': Push(PopMany(3)); break;
                case 't': Push(PopToMark()); break;
                case ']' or '\x8f': Push(new List<object?>()); break;
                case '}': Push(new OrderedDictionary<string, object?>(StringComparer.Ordinal)); break;
                case '\x91': Push(new List<object?>(PopToMark())); break;
                case 'a': Append([Pop()]); break;
                case 'e' or '\x90': Append(PopToMark()); break;
                case 's': Set(PopMany(2)); break;
                case 'u': Set(PopToMark()); break;

                case 'q': Memorise(Take(1)[0]); break;
                case 'r': Memorise(UInt32()); break;
                case '\x94': Memorise(memo.Count); break;
                case 'h': Push(Recall(Take(1)[0])); break;
                case 'j': Push(Recall(UInt32())); break;

                case 'c': Push(names.Global(Line(), Line())); break;
                case '\x93': Push(StackGlobal()); break;
                case 'R' or '\x81': Push(Call(PopMany(2))); break;
                case '\x92': Push(CallWithNames(PopMany(3))); break;
                case 'i': Push(names.Call(names.Global(Line(), Line()), PopToMark())); break;
                case 'o': Push(CallFirst(PopToMark())); break;
                case 'b': { object? state = Pop(); names.Build(Top(), state); break; }
                case 'Q': Push(names.Persistent(Pop())); break;
                default: throw Wrong($"has opcode 0x{code:x2} at byte {at}, which plain data does not need");
            }
        }
    }

    private object StackGlobal() =>
        PopMany(2) is [string module, string name] ? names.Global(module, name) : throw Wrong("has a name that is no text");

    private object? Call(object?[] call) =>
        names.Call(call[0], call[1] as object?[] ?? throw Wrong("calls something without a list of arguments"));

    private object? CallWithNames(object?[] call) =>
        call[2] is OrderedDictionary<string, object?> { Count: 0 }
            ? Call(call[..2]) : throw Wrong("calls something with named arguments");

    private object? CallFirst(object?[] call) =>
        call.Length > 0 ? names.Call(call[0], call[1..]) : throw Wrong("uses a value that is not there");

    private void Append(object?[] items)
    {
        if (Top() is not List<object?> list) throw Wrong("appends to something that is no list");
        list.AddRange(items);
    }

    private void Set(object?[] pairs)
    {
        if (pairs.Length % 2 != 0 || Top() is not OrderedDictionary<string, object?> dictionary)
            throw Wrong("sets items of something that is no dictionary");
        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] is string { Length: > LongestKey } or ReadOnlyMemory<byte> { Length: > LongestKey })
                throw Wrong($"has a key of more than {LongestKey} characters");
            if (pairs[i] is string text) dictionary[text] = pairs[i + 1];
            else if (pairs[i] is ReadOnlyMemory<byte> bytes) dictionary[Encoding.Latin1.GetString(bytes.Span)] = pairs[i + 1];
        }
    }

    private void Count()
    {
        if (++values > mostValues) throw Wrong($"holds more than {mostValues} values, too many for its length");
    }

    private void Push(object? value)
    {
        Count();
        stack.Add(value);
    }

    private void Memorise(long key)
    {
        Count();
        memo[key] = Top();
    }

    private object? Recall(long key) =>
        memo.TryGetValue(key, out object? value) ? value : throw Wrong("recalls a value that it did not store");

    private int Floor => marks.TryPeek(out int mark) ? mark : 0;

    private object? Top() => stack.Count > Floor ? stack[^1] : throw Wrong("uses a value that is not there");

    private object? Pop()
    {
        object? top = Top();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private object?[] PopMany(int count)
    {
        if (stack.Count - count < Floor) throw Wrong("uses a value that is not there");
        object?[] items = new object?[count];
        stack.CopyTo(stack.Count - count, items, 0, count);
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark() =>
        marks.TryPop(out int mark) ? PopMany(stack.Count - mark) : throw Wrong("ends a group that it did not begin");

    private int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    private object Number(int length)
    {
        if (length is < 0 or > LongestNumber) throw Wrong($"has a number of {length} bytes at byte {Position}");
        var number = new BigInteger(Take(length));
        return number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
    }

    private string Text(long length) => Encoding.UTF8.GetString(Bytes(length).Span);

    private ReadOnlyMemory<byte> Bytes(long length)
    {
        if (length < 0 || length > end - Position || length > LongestText) throw CutShort();
        byte[] bytes = new byte[length];
        int copied = Math.Min(bytes.Length, buffered - used);
        buffer.AsSpan(used, copied).CopyTo(bytes);
        used += copied;
        if (copied < bytes.Length)
        {
            bufferStart += used;
            (buffered, used) = (0, 0);
            stream.Position = bufferStart;
            stream.ReadExactly(bytes.AsSpan(copied));
            bufferStart += bytes.Length - copied;
        }
        return bytes;
    }

    private string Line()
    {
        Span<byte> line = stackalloc byte[LongestName];
        for (int length = 0; length < line.Length; length++)
        {
            line[length] = Take(1)[0];
            if (line[length] == '\n') return Encoding.UTF8.GetString(line[..length]);
        }
        throw Wrong("has a name without an end");
    }

    // At most as much as the buffer; what a caller asks for is 1 to 64 bytes.
    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > end - Position) throw CutShort();
        if (length > buffered - used)
        {
            bufferStart += used;
            stream.Position = bufferStart;
            (buffered, used) = (stream.ReadAtLeast(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - bufferStart)), length), 0);
        }
        used += length;
        return buffer.AsSpan(used - length, length);
    }

    private InputException CutShort() => Wrong($"is cut short or damaged at byte {Position}");

    private InputException Wrong(string what) => new(source, $"the pickle {what}");
}
