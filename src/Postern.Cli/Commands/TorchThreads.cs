using Postern.Kernels;
using Postern.Native;
using Postern.Native.Paths;
using Postern.Training;

namespace Postern.Cli.Commands;

/// <summary>How commands that train begin.</summary>
internal static class TorchThreads
{
    /// <summary>
    /// Loads libtorch, gives it and the kernels their share of <paramref name="budget"/> (both counts belong to the process), and
    /// compares every fast path with the plain one.
    /// </summary>
    /// <exception cref="InputException">libtorch does not load, or this machine computes wrongly in every way.</exception>
    public static void Use(ThreadBudget budget)
    {
        TorchRuntime.Load();
        TorchSharp.torch.set_num_threads(budget.Compute);
        KernelThreads.Count = budget.Compute;
        SelfCheck.Ensure();
    }
}
