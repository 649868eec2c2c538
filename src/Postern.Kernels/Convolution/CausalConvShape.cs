namespace Postern.Kernels;

/// <summary>The sizes of a <see cref="CausalConv"/>.</summary>
/// <param name="Batch">B: independent sequences.</param>
/// <param name="Length">L: tokens per sequence.</param>
/// <param name="Channels">D: channels per token, each with its own kernel.</param>
/// <param name="Kernel">K: the tokens that one output sees, 1 to 4; 4 in Mamba and Vim.</param>
public readonly record struct CausalConvShape(int Batch, int Length, int Channels, int Kernel)
{
    /// <summary>The longest kernel.</summary>
    internal const int LongestKernel = 4;

    /// <exception cref="ArgumentException">A size is not positive, or the kernel is too long.</exception>
    internal void Validate()
    {
        if (Batch < 1 || Length < 1 || Channels < 1)
            throw new ArgumentException($"causal convolution of {this}: every size has to be at least 1");
        if (Kernel is < 1 or > LongestKernel)
            throw new ArgumentException($"causal convolution of {this}: the kernel has to be 1 to {LongestKernel} long");
    }
}
