namespace Postern.Kernels;

/// <summary>The type of the numbers in a matrix of tokens. Arithmetic is float32 for both.</summary>
public enum RowElement
{
    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>bfloat16: the upper half of a float32. Written rounded to nearest, halves to even.</summary>
    BFloat16,
}

/// <summary>The bits of a bfloat16, for typed addresses.</summary>
/// <param name="Bits">Sign, eight bits of exponent, seven of fraction.</param>
internal readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The nearest bfloat16; halves to even, a NaN stays one.</summary>
    public static BFloat16 From(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)(float.IsNaN(value) ? bits >> 16 | 0x40 : bits + 0x7FFF + (bits >> 16 & 1) >> 16));
    }

    /// <summary>The same number as a float32.</summary>
    public float AsFloat32 => BitConverter.UInt32BitsToSingle((uint)Bits << 16);
}
