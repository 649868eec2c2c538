namespace Postern.Files;

/// <summary>A numpy array of unsigned bytes out of a pickle.</summary>
internal sealed class PickledBytes
{
    /// <summary>Its shape, outermost first.</summary>
    internal long[] Shape { get; private set; } = [0];

    /// <summary>Its values, last axis innermost; a view of the pickle.</summary>
    internal ReadOnlyMemory<byte> Values { get; private set; }

    /// <summary>Gives the array its content.</summary>
    /// <exception cref="InputException">The shape does not hold as many values.</exception>
    internal void Fill(long[] shape, ReadOnlyMemory<byte> values, string source)
    {
        Int128 count = 1;
        foreach (long n in shape) count = Int128.Min(count * n, long.MaxValue);
        if (count != values.Length)
            throw new InputException(source, $"an array of shape {string.Join("x", shape)} has {values.Length} values");
        (Shape, Values) = (shape, values);
    }
}
