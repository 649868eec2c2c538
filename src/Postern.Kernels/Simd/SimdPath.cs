namespace Postern.Kernels;

/// <summary>The instruction set that a kernel runs on. Results of two paths agree to rounding, not to the bit.</summary>
public enum SimdPath
{
    /// <summary>
    /// What <see cref="KernelPaths"/> says: the widest of the others that this machine supports, where nothing speaks against it.
    /// </summary>
    Auto,

    /// <summary>The kernel's reference: plain loops in double precision. Slow; right on any machine.</summary>
    Plain,

    /// <summary>128-bit vectors of whatever kind the machine has (SSE, NEON), or their emulation.</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-add: AVX2 and FMA.</summary>
    Avx2,

    /// <summary>512-bit vectors: AVX-512F.</summary>
    Avx512,
}
