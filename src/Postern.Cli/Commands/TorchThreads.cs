using Postern.Kernels;
using Postern.Native;

namespace Postern.Cli.Commands;

/// <summary>How commands that train begin.</summary>
internal static class TorchThreads
{
    /// <summary>Loads libtorch and gives it and the kernels <paramref name="threads"/> threads.</summary>
    public static void Use(int threads)
    {
        TorchRuntime.Load();
        TorchSharp.torch.set_num_threads(threads);
        KernelThreads.Count = threads;
    }
}
