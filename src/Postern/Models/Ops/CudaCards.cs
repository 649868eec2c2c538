using System.Collections.Concurrent;
using Postern.Kernels;
using Postern.Native;
using Postern.Native.Cuda;

namespace Postern.Models.Ops;

/// <summary>The kernels of each card, where the card has passed their comparison.</summary>
internal static class CudaCards
{
    private static readonly ConcurrentDictionary<int, IModelOps?> Chosen = new();

    /// <summary>The kernels for the tensors of a card; null where it has not passed, or refuses them.</summary>
    public static IModelOps? For(int index) => Chosen.GetOrAdd(index, Choose);

    /// <summary>The kernels on a card, whether they have passed or not.</summary>
    /// <exception cref="InputException">The driver refuses them.</exception>
    public static CudaModule Module(CudaDriver driver, int index) => new(driver, index, GpuKernels.Ptx, GpuKernels.Block);

    private static CudaOps? Choose(int index)
    {
        if (CudaDriver.Installed is not CudaDriver driver || index >= driver.Cards.Count
            || !CudaPass.IsRemembered(driver, driver.Cards[index])) return null;
        try
        {
            return new CudaOps(Module(driver, index));
        }
        catch (InputException)
        {
            return null;
        }
    }
}
