using System.Runtime.Intrinsics.X86;
using Postern.Kernels;

namespace Postern.Tests.SameNumbers;

/// <summary>
/// What decides the last digits of a result on a machine: for our kernels their width; for the libraries who made the processor
/// and which model it is (they choose code and block sizes by it), whether it multiplies bfloat16, in lanes or in tiles (AMX).
/// </summary>
internal static class ProcessorKind
{
    /// <summary>This machine's kind, e.g. <c>intel-6-207 avx512 bf16 amx</c>.</summary>
    public static string Here { get; } = Find();

    private static string Find()
    {
        if (!X86Base.IsSupported) return CpuFeatures.Current.Model.ToLowerInvariant();
        CpuFeatures cpu = CpuFeatures.Current;
        string maker = cpu.IsIntel ? "intel" : "other";
        string products = !cpu.HasBfloat16 ? "" : HasTiles ? " bf16 amx" : " bf16";
        return FormattableString.Invariant(
            $"{maker}-{cpu.Family}-{cpu.ModelNumber} {SimdPaths.Name(SimdPath.Auto)}{products}");
    }

    /// <summary>AMX-BF16: CPUID leaf 7, EDX bit 22.</summary>
    private static bool HasTiles => X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Edx >> 22 & 1) != 0;
}
