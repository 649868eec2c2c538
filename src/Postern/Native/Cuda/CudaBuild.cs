using System.Text.RegularExpressions;

namespace Postern.Native.Cuda;

/// <summary>
/// The release of NVIDIA's driver, e.g. 570.124.06, as its kernel module tells it. The CUDA version that its library answers with
/// stays the same over many releases, whose compilers differ.
/// </summary>
internal static partial class CudaBuild
{
    /// <summary>The release on this machine; null where the system does not tell, as under WSL.</summary>
    public static string? OfMachine { get; } = Read("/");

    /// <summary>The release that the system files below <paramref name="root"/> tell; null where they do not.</summary>
    public static string? Read(string root) =>
        Release(root, "sys/module/nvidia/version") ?? Release(root, "proc/driver/nvidia/version");

    private static string? Release(string root, string file)
    {
        try
        {
            Match release = Number().Match(File.ReadAllText(Path.Combine(root, file)));
            return release.Success ? release.Value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // In proc it stands in a sentence, beside x86_64 and a date, and before the compiler's number.
    [GeneratedRegex(@"(?<![\w.])[0-9]{3,}(\.[0-9]+)+(?![\w.])")]
    private static partial Regex Number();
}
