using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>The fixed division of a convolution: an item is a strip of neighbouring channels in one sequence, wide enough to stream
/// rows and narrow enough that its rows stay in cache. Tables [rows, <see cref="Padded"/>] hold one column per channel.</summary>
internal readonly unsafe struct ConvStrips(CausalConvShape shape, int width)
{
    /// <summary>The channels of a strip; a multiple of every register width.</summary>
    public const int StripChannels = 128;

    private readonly int stripsPerSequence = (shape.Channels + StripChannels - 1) / StripChannels;

    /// <summary>B times the strips of a sequence.</summary>
    public int Items => checked(shape.Batch * stripsPerSequence);

    /// <summary>D, rounded up to whole registers.</summary>
    public int Padded { get; } = (shape.Channels + width - 1) / width * width;

    /// <summary>The sequence and the channels [first, end) of <paramref name="item"/>.</summary>
    public (int Batch, int First, int End) Of(int item)
    {
        int first = item % stripsPerSequence * StripChannels;
        return (item / stripsPerSequence, first, Math.Min(shape.Channels, first + StripChannels));
    }

    /// <summary>Lays the kernels and, as a last row, the biases out as [K + 1, padded], zeros behind the last channel.</summary>
    [MethodImpl(Compile.Alone)]
    public void Pack(float* weight, float* bias, float* table)
    {
        for (int channel = 0; channel < Padded; channel++)
        {
            bool live = channel < shape.Channels;
            for (int k = 0; k < shape.Kernel; k++) table[k * Padded + channel] = live ? weight[(long)channel * shape.Kernel + k] : 0f;
            table[shape.Kernel * Padded + channel] = live ? bias[channel] : 0f;
        }
    }

    /// <summary>The inverse of <see cref="Pack"/>.</summary>
    [MethodImpl(Compile.Alone)]
    public void Unpack(float* table, float* weight, float* bias)
    {
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int k = 0; k < shape.Kernel; k++) weight[(long)channel * shape.Kernel + k] = table[k * Padded + channel];
            bias[channel] = table[shape.Kernel * Padded + channel];
        }
    }
}
