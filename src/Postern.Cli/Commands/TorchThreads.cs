using Postern.Kernels;
using Postern.Native;
using Postern.Training;

namespace Postern.Cli.Commands;

/// <summary>How commands that train begin.</summary>
internal static class TorchThreads
{
    /// <summary>Loads libtorch and gives it and the kernels their share of <paramref name="budget"/>. Both counts belong to the process.</summary>
    public static void Use(ThreadBudget budget)
    {
        TorchRuntime.Load();
        TorchSharp.torch.set_num_threads(budget.Compute);
        KernelThreads.Count = budget.Compute;
    }
}
