namespace Postern.Datasets;

/// <summary>
/// Walks a structure in Thrift's compact encoding, the encoding of Parquet's footer and page headers, and checks that no length
/// or count in it exceeds the bytes that follow, before a reader that would allocate by them is let loose on it.
/// </summary>
internal ref struct CompactThrift
{
    private const int DeepestNesting = 32;

    private readonly ReadOnlySpan<byte> data;
    private readonly string source;
    private readonly Dictionary<(int Outer, int Inner), long> numbers;
    private int position;

    private CompactThrift(ReadOnlySpan<byte> data, string source)
    {
        this.data = data;
        this.source = source;
        numbers = [];
    }

    /// <summary>Walks the structure at the start of <paramref name="data"/>.</summary>
    /// <param name="data">The structure and what follows it.</param>
    /// <param name="source">The file, for errors.</param>
    /// <param name="length">Bytes of the structure.</param>
    /// <returns>
    /// The integers by field number, (field, 0) for its own and (field, inner field) for those of structures in it; for a list,
    /// how many elements it has.
    /// </returns>
    /// <exception cref="InputException">A length or count beyond the data, or a structure nested too deeply.</exception>
    internal static IReadOnlyDictionary<(int Outer, int Inner), long> Walk(ReadOnlySpan<byte> data, string source, out int length)
    {
        var walker = new CompactThrift(data, source);
        walker.Struct(depth: 0, outer: 0);
        length = walker.position;
        return walker.numbers;
    }

    private void Struct(int depth, int outer)
    {
        if (depth > DeepestNesting) throw Wrong();
        int field = 0;
        while (true)
        {
            byte header = Byte();
            if (header == 0) return;
            field = header >> 4 == 0 ? (int)Zigzag(Varint()) : field + (header >> 4);
            long? number = Value(header & 15, depth, depth == 0 ? field : 0);
            if (number is not long value) continue;
            if (depth == 0) numbers[(field, 0)] = value;
            else if (depth == 1 && outer > 0) numbers[(outer, field)] = value;
        }
    }

    private long? Value(int type, int depth, int outer)
    {
        switch (type)
        {
            case 1 or 2: return type == 1 ? 1 : 0;
            case 3: return (sbyte)Byte();
            case 4 or 5 or 6: return Zigzag(Varint());
            case 7: Skip(8); return null;
            case 8: Skip(Varint()); return null;
            case 9 or 10: return List(depth);
            case 11: Map(depth); return null;
            case 12: Struct(depth + 1, outer); return null;
            default: throw Wrong();
        }
    }

    private long List(int depth)
    {
        byte header = Byte();
        ulong count = header >> 4 == 15 ? Varint() : (ulong)(header >> 4);
        CheckLength(count);
        for (ulong i = 0; i < count; i++) Element(header & 15, depth);
        return (long)count;
    }

    private void Map(int depth)
    {
        ulong count = Varint();
        CheckLength(count);
        if (count == 0) return;
        byte types = Byte();
        for (ulong i = 0; i < count; i++)
        {
            Element(types >> 4, depth);
            Element(types & 15, depth);
        }
    }

    // Inside a container a truth value takes a byte of its own; as a field it lies in the header.
    private void Element(int type, int depth)
    {
        if (type is 1 or 2) Byte();
        else if (depth >= DeepestNesting) throw Wrong();
        else Value(type, depth + 1, outer: 0);
    }

    private byte Byte() => position < data.Length ? data[position++] : throw Wrong();

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte b = Byte();
            value |= (ulong)(b & 127) << shift;
            if (b < 128) return value;
        }
        throw Wrong();
    }

    private void Skip(ulong length)
    {
        CheckLength(length);
        position += (int)length;
    }

    private readonly void CheckLength(ulong length)
    {
        if (length > (ulong)(data.Length - position)) throw Wrong();
    }

    private readonly InputException Wrong() =>
        new(source, "the Parquet file's structure is damaged: a length in it exceeds the file");

    private static long Zigzag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
