namespace Postern.Kernels;

/// <summary>The sizes of a <see cref="DepthwiseConv"/>.</summary>
/// <param name="Batch">B: maps.</param>
/// <param name="Height">H: rows of a map.</param>
/// <param name="Width">W: pixels of a row.</param>
/// <param name="Channels">C: channels of a pixel, each with its own kernel.</param>
/// <param name="Kernel">K: pixels that one output sees each way, odd; 7 in MambaOut.</param>
public readonly record struct DepthwiseShape(int Batch, int Height, int Width, int Channels, int Kernel)
{
    /// <summary>B H W, the rows of channels.</summary>
    public int Pixels => Batch * Height * Width;

    /// <summary>K K.</summary>
    public int Taps => Kernel * Kernel;

    /// <summary>Pixels that an output sees to either side of its own.</summary>
    internal int Reach => Kernel / 2;

    /// <exception cref="ArgumentException">A size is not positive, or the kernel has no middle.</exception>
    internal void Validate()
    {
        if (Batch < 1 || Height < 1 || Width < 1 || Channels < 1)
            throw new ArgumentException($"depthwise convolution of {this}: every size has to be at least 1");
        if (Kernel < 1 || Kernel % 2 == 0)
            throw new ArgumentException($"depthwise convolution of {this}: the kernel has to be odd");
    }
}
