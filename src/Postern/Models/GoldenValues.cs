using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>The closed formula that goldens take weights and inputs from ("splitmix64-affine"), and their metric.</summary>
internal static class GoldenValues
{
    /// <summary>float32(offset + scale * s[i]), s uniform in [-1, 1) from the key mix(seed xor fnv(name)).</summary>
    public static float[] Affine(ulong seed, string name, long count, double offset, double scale)
    {
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(offset + scale * Uniform(seed, name, i));
        return values;
    }

    /// <summary>The tensor that an entry describes.</summary>
    /// <exception cref="InvalidDataException">There is no such rule.</exception>
    public static Tensor Entry(ulong seed, GoldenEntry entry)
    {
        long count = entry.Shape.Aggregate(1L, (product, side) => checked(product * side));
        return entry.Rule switch
        {
            "affine" => tensor(Affine(seed, entry.Name, count, entry.Offset, entry.Scale), entry.Shape),
            "log_arange" => tensor([.. Enumerable.Range(0, checked((int)count)).Select(i =>
                (float)(Math.Log(1 + i % entry.Shape[^1]) + entry.Jitter * Uniform(seed, entry.Name, i)))], entry.Shape),
            "constant_i64" => full(entry.Shape, entry.Value, dtype: ScalarType.Int64),
            _ => throw new InvalidDataException($"{entry.Name}: there is no rule '{entry.Rule}'"),
        };
    }

    /// <summary>max|actual - expected| / max|expected|; infinite where a number is none.</summary>
    /// <exception cref="ArgumentException">They differ in length.</exception>
    public static double Error(IReadOnlyList<double> actual, IReadOnlyList<double> expected)
    {
        if (actual.Count != expected.Count)
            throw new ArgumentException($"{actual.Count} numbers beside {expected.Count}", nameof(actual));
        double difference = 0, largest = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            if (double.IsNaN(actual[i])) return double.PositiveInfinity;
            difference = Math.Max(difference, Math.Abs(actual[i] - expected[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }
        return largest == 0 ? difference : difference / largest;
    }

    private static double Uniform(ulong seed, string name, long index)
    {
        ulong key = RandomStream.Mix(seed ^ RandomStream.Fnv1a(name));
        ulong bits = RandomStream.Mix(unchecked(key + (ulong)(index + 1) * 0x9E3779B97F4A7C15UL));
        return 2 * ((bits >> 11) * (1.0 / (1UL << 53))) - 1;
    }
}
