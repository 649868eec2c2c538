namespace Postern.Kernels;

/// <summary>
/// The instruction set that each kernel takes where a call names none (<see cref="SimdPath.Auto"/>). At first the widest of the
/// machine; whoever has compared a path with the plain one and found it wanting sets a narrower one. Belongs to the process.
/// </summary>
public static class KernelPaths
{
    /// <summary>Of <see cref="SelectiveScan"/>.</summary>
    public static SimdPath Scan { get; set; } = SimdPaths.Best;

    /// <summary>Of <see cref="CausalConv"/>.</summary>
    public static SimdPath Convolution { get; set; } = SimdPaths.Best;

    /// <summary>Of <see cref="RmsNormKernel"/>.</summary>
    public static SimdPath Norm { get; set; } = SimdPaths.Best;

    /// <summary>Of <see cref="DepthwiseConv"/>.</summary>
    public static SimdPath Depthwise { get; set; } = SimdPaths.Best;

    /// <summary>Of <see cref="GeluKernel"/>.</summary>
    public static SimdPath Gelu { get; set; } = SimdPaths.Best;

    /// <summary>Of <see cref="AdamWKernel"/> and <see cref="SgdKernel"/>.</summary>
    public static SimdPath Optimizer { get; set; } = SimdPaths.Best;
}
