using System.Runtime.InteropServices;

namespace Postern.Kernels;

/// <summary>What the scan kernels are given; <c>scan.cuh</c> says what each field is. Addresses are of the device.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpuScanCall
{
    /// <summary>B, L, D, N and G.</summary>
    public int Batch, Length, Channels, States, Groups;

    /// <summary>1 where steps go through softplus.</summary>
    public int Softplus;

    /// <summary>Tokens after which the state is set to zero; 0 for never.</summary>
    public int Window;

    /// <summary>L over <see cref="GpuKernels.TokensOfChunk"/>, rounded up.</summary>
    public int Chunks;

    /// <summary>The directions; of a grid of one, the first.</summary>
    public GpuScanDirection First, Second;
}

/// <summary>One direction of a <see cref="GpuScanCall"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpuScanDirection
{
    /// <summary>What is scanned.</summary>
    public nint U, Delta, A, B, C, Skip, Bias;

    /// <summary>What the forward pass writes.</summary>
    public nint S, Keep;

    /// <summary>What the backward pass reads besides, and writes.</summary>
    public nint GradS, GradU, GradDelta, GradB, GradC, GradA, GradSkip, GradBias;

    /// <summary>Distances in B and C from token to token and from group to group, in elements.</summary>
    public long BToken, BGroup, CToken, CGroup;

    /// <summary>1 where it runs from the last token on.</summary>
    public int Reverse;

    private readonly int unused;
}
