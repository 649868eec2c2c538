using Postern.Kernels;

namespace Postern.Native.Paths;

/// <summary>Everything computed by plain paths for a while: to see whether a result hangs on a fast one.</summary>
internal static class PlainPaths
{
    /// <summary>
    /// What <paramref name="compute"/> gives with no fast path in use; those that were are in use again afterwards.
    /// </summary>
    public static T Use<T>(Func<T> compute)
    {
        (SimdPath scan, SimdPath convolution, SimdPath norm, SimdPath depthwise, SimdPath gelu, SimdPath optimizer) =
            (KernelPaths.Scan, KernelPaths.Convolution, KernelPaths.Norm, KernelPaths.Depthwise, KernelPaths.Gelu,
                KernelPaths.Optimizer);
        (bool oneDnn, int convolvedFrom, bool composed, bool layout) =
            (OneDnn.IsOn, TokenProducts.ConvolvedFrom, AttentionSoftmax.Composed, OneDnnLayout.InUse);
        try
        {
            KernelPaths.Scan = KernelPaths.Convolution = KernelPaths.Norm = KernelPaths.Depthwise = KernelPaths.Gelu =
                KernelPaths.Optimizer = SimdPath.Plain;
            OneDnn.Use(false);
            (TokenProducts.ConvolvedFrom, AttentionSoftmax.Composed, OneDnnLayout.InUse) = (int.MaxValue, true, false);
            return compute();
        }
        finally
        {
            (KernelPaths.Scan, KernelPaths.Convolution, KernelPaths.Norm, KernelPaths.Depthwise, KernelPaths.Gelu,
                KernelPaths.Optimizer) = (scan, convolution, norm, depthwise, gelu, optimizer);
            OneDnn.Use(oneDnn);
            (TokenProducts.ConvolvedFrom, AttentionSoftmax.Composed, OneDnnLayout.InUse) = (convolvedFrom, composed, layout);
        }
    }
}
