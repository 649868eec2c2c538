using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// The type of a network's matrix products and convolutions. Weights, norms, scans, softmax and the loss are float32 in either.
/// </summary>
public enum Precision
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>bfloat16 factors, sums in float32, results rounded to bfloat16.</summary>
    BFloat16,
}

/// <summary>The words of study files for <see cref="Precision"/>.</summary>
public static class Precisions
{
    /// <summary><c>auto</c>, <c>float32</c>, <c>bf16</c>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["auto", "float32", "bf16"];

    /// <summary>
    /// What a word stands for on this machine: <c>auto</c> is bfloat16 where the processor multiplies it (AVX512-BF16).
    /// </summary>
    /// <exception cref="ArgumentException">There is no such word.</exception>
    public static Precision Of(string word) => word switch
    {
        "float32" => Precision.Float32,
        "bf16" => Precision.BFloat16,
        "auto" => CpuFeatures.Current.HasBfloat16 ? Precision.BFloat16 : Precision.Float32,
        _ => throw new ArgumentException($"there is no precision '{word}'", nameof(word)),
    };

    /// <summary>The word for a resolved precision.</summary>
    public static string Word(this Precision precision) => precision == Precision.BFloat16 ? "bf16" : "float32";

    /// <summary>The type of tensors in it.</summary>
    public static ScalarType TensorType(this Precision precision) =>
        precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
}
