namespace Postern.Benchmarks;

/// <summary>The precisions of matrix products and convolutions that a training step is measured in.</summary>
internal static class Precisions
{
    /// <summary>32-bit floats throughout.</summary>
    public const string Float32 = "float32";

    /// <summary>Products in bfloat16, weights and everything delicate in float32.</summary>
    public const string Bfloat16 = "bf16";

    /// <summary>Why nothing can be trained in <paramref name="precision"/> here; null where it can.</summary>
    public static string? Missing(string precision) => precision == Float32 ? null : "models train in float32 only";
}
