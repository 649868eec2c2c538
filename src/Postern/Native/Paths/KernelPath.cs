using Postern.Kernels;

namespace Postern.Native.Paths;

/// <summary>
/// One of our kernels on the instruction sets of this machine, widest first; the last candidate is the reference itself.
/// </summary>
/// <param name="name">The path's name.</param>
/// <param name="use">Makes an instruction set the kernel's own.</param>
/// <param name="compare">Compares the kernel on the set in use with its reference.</param>
internal sealed class KernelPath(string name, Action<SimdPath> use, Func<IEnumerable<Deviation>> compare) : IFastPath
{
    public string Name => name;

    public IReadOnlyList<ICandidate> Candidates { get; } =
        [.. new[] { SimdPath.Avx512, SimdPath.Avx2, SimdPath.Portable, SimdPath.Plain }
            .Select(path => new InstructionSet(path, use))];

    public IEnumerable<Deviation> Compare() => compare();

    /// <summary>The selective scan of a mixer.</summary>
    public static KernelPath Scan { get; } = new("scan", path => KernelPaths.Scan = path, () => ScanTrial.Run(KernelPaths.Scan));

    /// <summary>The causal convolution of a mixer.</summary>
    public static KernelPath CausalConvolution { get; } =
        new("causal-convolution", path => KernelPaths.Convolution = path, () => ConvTrial.Run(KernelPaths.Convolution));

    /// <summary>The RMS norm before a mixer.</summary>
    public static KernelPath Norm { get; } = new("norm", path => KernelPaths.Norm = path, () => NormTrial.Run(KernelPaths.Norm));

    /// <summary>The two-dimensional convolution of a Gated CNN block.</summary>
    public static KernelPath DepthwiseConvolution { get; } =
        new("depthwise-convolution", path => KernelPaths.Depthwise = path, () => DepthwiseTrial.Run(KernelPaths.Depthwise));

    /// <summary>The GELU of perceptrons and gates.</summary>
    public static KernelPath Gelu { get; } = new("gelu", path => KernelPaths.Gelu = path, () => GeluTrial.Run(KernelPaths.Gelu));

    /// <summary>The update of the parameters.</summary>
    public static KernelPath Optimizer { get; } =
        new("optimizer", path => KernelPaths.Optimizer = path, () => OptimizerTrial.Run(KernelPaths.Optimizer));

    private sealed class InstructionSet(SimdPath path, Action<SimdPath> use) : ICandidate
    {
        public string Name => SimdPaths.Name(path);

        public string Description => path switch
        {
            SimdPath.Avx512 => "512-bit vectors",
            SimdPath.Avx2 => "256-bit vectors",
            SimdPath.Portable => "128-bit vectors",
            _ => "plain loops in double precision, very slow",
        };

        public string? Unavailable => SimdPaths.IsSupported(path) ? null : $"this machine has no {Name}";

        public void Take() => use(path);
    }
}
