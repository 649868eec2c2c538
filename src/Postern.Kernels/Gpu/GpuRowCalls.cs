using System.Runtime.InteropServices;

namespace Postern.Kernels;

/// <summary>What the gate's kernels are given; <c>gate.cuh</c> says what each field is.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpuGateCall
{
    /// <summary>Elements.</summary>
    public long Count;

    /// <summary>The scans, the gate, and what they give; then the gradients.</summary>
    public nint S, Other, Z, Y, GradY, GradS, GradZ;

    /// <summary>1 for one scan, 1/2 for a pair.</summary>
    public float Scale;

    private readonly int unused;
}

/// <summary>What the norm's kernels are given; <c>norm.cuh</c> says what each field is.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpuNormCall
{
    /// <summary>Rows and their width.</summary>
    public int Rows, Width;

    /// <summary>Added to the mean square.</summary>
    public float Epsilon;

    private readonly int unused;

    /// <summary>What the forward pass reads and writes.</summary>
    public nint X, Addend, Sum, Weight, Y;

    /// <summary>What the backward pass reads besides, and writes.</summary>
    public nint GradY, GradSum, GradX, GradAddend, Factors, Parts;
}

/// <summary>What the kernel that adds up parts is given.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpuSumCall
{
    /// <summary>Parts, and sums of each.</summary>
    public long Rows, Columns;

    /// <summary>[rows, columns], and [rows / <see cref="GpuKernels.PartsOfRun"/>, columns].</summary>
    public nint Parts, Sums;
}
