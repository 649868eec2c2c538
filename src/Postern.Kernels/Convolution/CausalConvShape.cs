namespace Postern.Kernels;

/// <summary>The sizes of a <see cref="CausalConv"/>.</summary>
/// <param name="Batch">B: independent sequences.</param>
/// <param name="Length">L: tokens per sequence.</param>
/// <param name="Channels">D: channels per token, each with its own kernel.</param>
/// <param name="Kernel">K: the tokens that one output sees, 1 to 8; 4 in Mamba and Vim.</param>
public readonly record struct CausalConvShape(int Batch, int Length, int Channels, int Kernel)
{
    /// <summary>The output at a token sees that token and later ones: flip, convolve, flip without the flips.</summary>
    public bool Reverse { get; init; }

    /// <summary>The second convolution of a pair over the same x: its gradient of x is added to what is there already.</summary>
    public bool Accumulate { get; init; }

    /// <exception cref="ArgumentException">A size is not positive, or the kernel is longer than 8.</exception>
    internal void Validate()
    {
        if (Batch < 1 || Length < 1 || Channels < 1)
            throw new ArgumentException($"causal convolution of {this}: every size has to be at least 1");
        if (Kernel is < 1 or > 8) throw new ArgumentException($"causal convolution of {this}: the kernel has to be 1 to 8 long");
    }
}
