using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Postern.Kernels;

/// <summary>What the processor and this process can do, as far as speed here depends on it.</summary>
/// <param name="Model">The processor's own name, or the architecture where it has none.</param>
/// <param name="Supported">Instruction sets that are there and switched on, e.g. <c>AVX2</c>.</param>
/// <param name="Missing">Instruction sets that would make Postern faster and are not there.</param>
public sealed record CpuFeatures(string Model, IReadOnlyList<string> Supported, IReadOnlyList<string> Missing)
{
    /// <summary>The instruction set that matrix products in bfloat16 want.</summary>
    public const string Bfloat16 = "AVX512-BF16";

    /// <summary>The features of this machine.</summary>
    public static CpuFeatures Current { get; } = Detect();

    /// <summary>Whether <see cref="Bfloat16"/> is there: matrix products in bf16 are then faster than in float32.</summary>
    public bool HasBfloat16 => Supported.Contains(Bfloat16);

    /// <summary>Whether Intel made it, whose own libraries choose their code by that.</summary>
    public bool IsIntel { get; init; }

    /// <summary>The maker's number of the processor's family, e.g. 26 for AMD's Zen 5; 0 where it is no x86 processor.</summary>
    public int Family { get; init; }

    /// <summary>The number of its model within the family.</summary>
    public int ModelNumber { get; init; }

    /// <summary>One line: the model, what it has, what it lacks, and the path of our kernels.</summary>
    public override string ToString()
    {
        string lacks = Missing.Count == 0 ? "" : $"; not {string.Join(", ", Missing)}";
        return $"{Model}: {string.Join(", ", Supported)}{lacks}; kernels run on {SimdPaths.Name(SimdPath.Auto)}";
    }

    private static CpuFeatures Detect()
    {
        (string Name, bool There)[] sets = X86Base.IsSupported
            ?
            [
                ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-512F", Avx512F.IsSupported),
                ("AVX-512VL", Avx512F.VL.IsSupported), ("AVX-512BW", Avx512BW.IsSupported), ("AVX-512DQ", Avx512DQ.IsSupported),
                (Bfloat16, Avx512F.IsSupported && HasLeaf7Bit(subleaf: 1, bit: 5)),
            ]
            : [("AdvSimd", AdvSimd.IsSupported), ("Dp", Dp.IsSupported)];
        (int family, int model) = Signature();
        return new CpuFeatures(
            X86Base.IsSupported ? X86Model() : RuntimeInformation.ProcessArchitecture.ToString(),
            [.. sets.Where(set => set.There).Select(set => set.Name)],
            [.. sets.Where(set => !set.There).Select(set => set.Name)])
        {
            IsIntel = X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == BitConverter.ToInt32("Genu"u8),
            Family = family,
            ModelNumber = model,
        };
    }

    /// <summary>Family and model from CPUID leaf 1, each with its extension where the family has one.</summary>
    private static (int Family, int Model) Signature()
    {
        if (!X86Base.IsSupported) return (0, 0);
        int bits = X86Base.CpuId(1, 0).Eax, family = bits >> 8 & 15, model = bits >> 4 & 15;
        if (family is 6 or 15) model |= bits >> 12 & 0xf0;
        if (family == 15) family += bits >> 20 & 255;
        return (family, model);
    }

    /// <summary>A bit of EAX in CPUID leaf 7; the runtime has no class for AVX512-BF16 to ask.</summary>
    private static bool HasLeaf7Bit(int subleaf, int bit)
    {
        if (X86Base.CpuId(0, 0).Eax < 7 || X86Base.CpuId(7, 0).Eax < subleaf) return false;
        return (X86Base.CpuId(7, subleaf).Eax >> bit & 1) != 0;
    }

    /// <summary>The brand string, CPUID leaves 0x80000002 to 0x80000004.</summary>
    private static string X86Model()
    {
        if ((uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < 0x80000004) return "x86";
        int[] words = new int[12];
        for (int i = 0; i < 3; i++)
        {
            (words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]) =
                X86Base.CpuId(unchecked((int)0x80000002 + i), 0);
        }

        string name = Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words.AsSpan()));
        return name.TrimEnd('\0').Trim() is { Length: > 0 } brand ? brand : "x86";
    }
}
