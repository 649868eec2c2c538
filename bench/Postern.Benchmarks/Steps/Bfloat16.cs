using Postern.Kernels;

namespace Postern.Benchmarks;

/// <summary>Whether this machine is worth measuring in bf16.</summary>
internal static class Bfloat16
{
    /// <summary>Why not: without the instructions, libtorch computes in float32 and rounds. Null where it is.</summary>
    public static string? Missing { get; } =
        CpuFeatures.Current.HasBfloat16 ? null : $"this processor has no {CpuFeatures.Bfloat16}";
}
