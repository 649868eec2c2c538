namespace Postern.Native.Paths;

/// <summary>
/// Every fast path, in the order in which they are tried: products may go through convolutions, bf16 through all others.
/// </summary>
internal static class FastPaths
{
    /// <summary>The paths of a processor.</summary>
    /// <param name="cachesHidden">Whether it hides its caches from oneDNN; see <see cref="CacheTopology"/>.</param>
    public static IReadOnlyList<IFastPath> Of(bool cachesHidden) =>
    [
        new ConvolutionPath(cachesHidden), new ProductPath(), new AttentionPath(),
        KernelPath.Scan, KernelPath.CausalConvolution, KernelPath.Norm, KernelPath.DepthwiseConvolution, KernelPath.Gelu,
        KernelPath.Optimizer, new BFloat16Path(),
    ];
}
