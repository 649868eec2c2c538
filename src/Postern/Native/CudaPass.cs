using System.IO.Hashing;
using System.Text;
using Postern.Kernels;
using Postern.Native.Cuda;

namespace Postern.Native;

/// <summary>
/// What is remembered of a card whose kernels gave the plain values: a file in the user's cache for each card, driver
/// and its release, libtorch and text of kernels. Nothing runs by itself on a card that has none, and a change of any of them
/// asks for the comparison again.
/// </summary>
internal static class CudaPass
{
    /// <summary>The command that compares a card.</summary>
    public static string Command(int index) => $"postern doctor --thorough --device cuda:{index}";

    /// <summary>Whether the card has passed.</summary>
    public static bool IsRemembered(CudaDriver driver, CudaCard card) => File.Exists(PathOf(driver, card));

    /// <summary>Remembers that it has; false where the cache cannot be written to.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="card">The card.</param>
    /// <param name="outcome">What the comparison gave, for whoever opens the file.</param>
    public static bool Remember(CudaDriver driver, CudaCard card, string outcome)
    {
        if (PathOf(driver, card) is not string path) return false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.WriteText(path, $"{Of(driver, card)}\n{outcome}\n");
            return true;
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Forgets it: the comparison has failed.</summary>
    public static void Forget(CudaDriver driver, CudaCard card)
    {
        if (PathOf(driver, card) is string path && File.Exists(path)) File.Delete(path);
    }

    private static string? PathOf(CudaDriver driver, CudaCard card) => UserCache.Folder is string folder
        ? Path.Combine(folder, "cards", $"{Hash(Of(driver, card))}.txt") : null;

    private static string Of(CudaDriver driver, CudaCard card) =>
        $"{card.Name}, capability {card.Capability}, {driver}, libtorch {Machine.LibTorchVersion}, "
            + $"kernels {Hash(GpuKernels.Ptx)}";

    private static string Hash(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text)).ToString("x16");
}
