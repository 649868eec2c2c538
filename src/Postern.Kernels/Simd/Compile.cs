using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>How methods are handed to the JIT.</summary>
internal static class Compile
{
    /// <summary>
    /// For a method with an inner loop: optimised at its first call, and a compilation of its own. Left alone, the JIT inlines
    /// whole kernels into the loop over work items, runs out of its budget there and leaves the arithmetic as calls, at a tenth
    /// of the speed.
    /// </summary>
    public const MethodImplOptions Alone = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
