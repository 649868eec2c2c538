using System.Runtime.InteropServices;

namespace Postern.Kernels;

/// <summary>What the convolution's kernels are given; <c>convolution.cuh</c> says what each field is.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpuConvCall
{
    /// <summary>B, L, D and K.</summary>
    public int Batch, Length, Channels, Kernel;

    /// <summary>L over <see cref="GpuKernels.Tile"/>, rounded up.</summary>
    public int Tiles;

    private readonly int unused;

    /// <summary>The input and its gradient.</summary>
    public nint X, GradX;

    /// <summary>The directions.</summary>
    public GpuConvDirection Back, Ahead;
}

/// <summary>One direction of a <see cref="GpuConvCall"/>; without weight it is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpuConvDirection
{
    /// <summary>Kernels and biases, what they give, its gradient, and the parts of the parameters' gradients.</summary>
    public nint Weight, Bias, U, GradU, Parts;
}
