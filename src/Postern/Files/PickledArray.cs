using System.Buffers.Binary;
using System.Globalization;

namespace Postern.Files;

/// <summary>The type of numbers in a numpy array: its letters, such as <c>u1</c> or <c>i8</c>, and their byte order.</summary>
internal sealed class PickledType(string letters)
{
    /// <summary>Kind and bytes of a number.</summary>
    internal string Letters { get; } = letters;

    /// <summary>Whether the most significant byte comes first.</summary>
    internal bool BigEndian { get; set; }

    /// <summary>Bytes of one number; 0 for what is no plain number.</summary>
    internal int Bytes => Letters.Length == 2 && "biuf".Contains(Letters[0]) && Letters[1] is '1' or '2' or '4' or '8'
        ? Letters[1] - '0' : 0;

    /// <summary>The whole number in <paramref name="bytes"/>; null where the type or the length is another.</summary>
    internal long? Integer(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Bytes || bytes.IsEmpty || Letters[0] == 'f') return null;
        Span<byte> little = stackalloc byte[8];
        bytes.CopyTo(little);
        if (BigEndian) little[..bytes.Length].Reverse();
        // A negative number goes on with ones above its own bytes.
        if (Letters[0] == 'i' && little[bytes.Length - 1] > 127) little[bytes.Length..].Fill(0xFF);
        return BinaryPrimitives.ReadInt64LittleEndian(little);
    }
}

/// <summary>A numpy array out of a pickle; nothing is converted before it is asked for.</summary>
internal sealed class PickledArray
{
    private ReadOnlyMemory<byte> values;
    private bool columnsFirst;

    /// <summary>Its shape, outermost first; empty before it is filled.</summary>
    internal IReadOnlyList<long> Shape { get; private set; } = [];

    /// <summary>The type of its numbers; null before it is filled, and where they are no numbers.</summary>
    internal PickledType? Type { get; private set; }

    /// <summary>Shape and type, for messages: <c>u1[20, 3072]</c>.</summary>
    internal string Description => string.Create(CultureInfo.InvariantCulture, $"{Type?.Letters}[{string.Join(", ", Shape)}]");

    /// <summary>Gives the array its content.</summary>
    /// <param name="shape">Sides, outermost first.</param>
    /// <param name="type">The type of its numbers.</param>
    /// <param name="bytes">The numbers, a view of the pickle.</param>
    /// <param name="fortran">Whether the first axis is innermost.</param>
    /// <param name="source">The file, for errors.</param>
    /// <exception cref="InputException">The shape does not hold as many numbers.</exception>
    internal void Fill(long[] shape, PickledType type, ReadOnlyMemory<byte> bytes, bool fortran, string source)
    {
        Int128 count = type.Bytes;
        foreach (long n in shape) count = Int128.Min(count * n, long.MaxValue);
        if (type.Bytes > 0 && count != bytes.Length)
        {
            throw new InputException(source,
                $"an array of shape {string.Join("x", shape)} and type {type.Letters} has {bytes.Length} bytes");
        }
        (Shape, Type, values, columnsFirst) = (shape, type, bytes, fortran && shape.Length > 1);
    }

    /// <summary>The values of an array of unsigned bytes, last axis innermost; null for any other.</summary>
    internal byte[]? ToBytes()
    {
        if (Type?.Letters != "u1") return null;
        ReadOnlySpan<byte> all = values.Span;
        byte[] ordered = new byte[all.Length];
        if (!columnsFirst)
        {
            all.CopyTo(ordered);
            return ordered;
        }
        // Walks the places in memory's order, the first axis fastest, and keeps the place in the other order beside it.
        long[] strides = new long[Shape.Count], at = new long[Shape.Count];
        for (int axis = Shape.Count - 1, stride = 1; axis >= 0; stride *= (int)Shape[axis--]) strides[axis] = stride;
        long place = 0;
        foreach (byte value in all)
        {
            ordered[place] = value;
            for (int axis = 0; axis < at.Length; axis++)
            {
                place += strides[axis];
                if (++at[axis] < Shape[axis]) break;
                place -= strides[axis] * Shape[axis];
                at[axis] = 0;
            }
        }
        return ordered;
    }

    /// <summary>The values of a list of whole numbers, [N] or [N, 1]; null for any other array.</summary>
    internal long[]? ToIntegers()
    {
        if (Type is not PickledType type || type.Bytes == 0 || type.Letters[0] == 'f' || Shape.Count == 0
            || Shape.Skip(1).Any(side => side != 1)) return null;
        long[] numbers = new long[values.Length / type.Bytes];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = type.Integer(values.Span.Slice(i * type.Bytes, type.Bytes))!.Value;
        return numbers;
    }
}
