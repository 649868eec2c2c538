using System.Runtime.Intrinsics.X86;

namespace Postern.Kernels;

/// <summary>Which <see cref="SimdPath"/> this process can run, and what it is called.</summary>
public static class SimdPaths
{
    /// <summary>The widest path of this machine.</summary>
    public static SimdPath Best { get; } =
        IsSupported(SimdPath.Avx512) ? SimdPath.Avx512 : IsSupported(SimdPath.Avx2) ? SimdPath.Avx2 : SimdPath.Portable;

    /// <summary>Whether kernels can run on <paramref name="path"/> here. The runtime's switches count:
    /// <c>DOTNET_EnableAVX512=0</c> makes a machine one without AVX-512.</summary>
    public static bool IsSupported(SimdPath path) => path switch
    {
        SimdPath.Avx512 => Avx512F.IsSupported && Avx512DQ.IsSupported,
        SimdPath.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    /// <summary>
    /// The lower-case name of a path, as reports print it: <c>avx512</c>, <c>avx2</c>, <c>portable</c> or <c>plain</c>.
    /// </summary>
    public static string Name(SimdPath path) => (path == SimdPath.Auto ? Best : path) switch
    {
        SimdPath.Avx512 => "avx512",
        SimdPath.Avx2 => "avx2",
        SimdPath.Plain => "plain",
        _ => "portable",
    };

    /// <summary><paramref name="path"/> itself, with <see cref="SimdPath.Auto"/> replaced by <paramref name="chosen"/>.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of the path.</exception>
    internal static SimdPath Resolve(SimdPath path, SimdPath chosen)
    {
        if (path == SimdPath.Auto) path = chosen;
        if (!IsSupported(path)) throw new PlatformNotSupportedException($"this machine has no {path} instructions");
        return path;
    }
}
