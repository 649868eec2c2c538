using System.Runtime.InteropServices;
using Postern.Native.Cuda;

namespace Postern.Native;

/// <summary>The memory of cards.</summary>
internal static class CardMemory
{
    // As libtorch's allocator, CUDA, our driver calls, cuBLAS and cuDNN say it. The processor's allocator says it otherwise.
    private static readonly string[] Words =
        ["CUDA out of memory", "CUDA error: out of memory", "CUDA_ERROR_OUT_OF_MEMORY", "CUBLAS_STATUS_ALLOC_FAILED",
            "CUDNN_STATUS_ALLOC_FAILED"];

    /// <summary>Whether an error says that a card has no memory for what was asked.</summary>
    public static bool IsFull(Exception error) => error is ExternalException or InputException
        && Words.Any(word => error.Message.Contains(word, StringComparison.Ordinal));

    /// <summary>
    /// What is said of an error that ended a task: its own words, and of a card's memory what to do, where the work could not be
    /// done in parts.
    /// </summary>
    public static string Explain(Exception error) => error is ExternalException && IsFull(error)
        ? $"card: its memory does not hold what is asked of it ({error.Message.Split('\n')[0]}); lower the batch_size of the attack "
            + "or the defence, which is another one then, or go on with --set device=cpu"
        : error.Message;

    /// <summary>Bytes that are free on a card; null where there is none of that number, or its driver does not say.</summary>
    public static long? Free(ComputeDevice device) => CudaDriver.Installed is CudaDriver driver && !device.IsCpu
        ? Free(driver, Math.Max(0, device.Torch.index)) : null;

    /// <summary>The same of a driver.</summary>
    internal static long? Free(CudaDriver driver, int index)
    {
        try
        {
            return index < driver.Cards.Count ? driver.FreeMemory(index) : null;
        }
        catch (InputException)
        {
            return null;
        }
    }
}
