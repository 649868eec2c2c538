using System.Text.Json;
using Postern.Kernels;
using TorchSharp;

namespace Postern.Tests.Goldens;

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

    /// <summary>The tensor that a manifest entry (name, shape, rule) describes.</summary>
    public static torch.Tensor Entry(ulong seed, JsonElement entry)
    {
        string name = entry.GetProperty("name").GetString()!;
        long[] shape = Integers(entry.GetProperty("shape"));
        long count = shape.Aggregate(1L, (product, side) => product * side);
        return entry.GetProperty("rule").GetString() switch
        {
            "affine" =>
                torch.tensor(Affine(seed, name, count, entry.GetProperty("offset").GetDouble(),
                    entry.GetProperty("scale").GetDouble()), shape),
            "log_arange" => torch.tensor([.. Enumerable.Range(0, (int)count).Select(i =>
                (float)(Math.Log(1 + i % shape[^1]) + entry.GetProperty("jitter").GetDouble() * Uniform(seed, name, i)))], shape),
            "constant_i64" => torch.full(shape, entry.GetProperty("value").GetInt64(), dtype: torch.ScalarType.Int64),
            string rule => throw new InvalidDataException($"{name}: unknown rule {rule}"),
            null => throw new InvalidDataException($"{name}: no rule"),
        };
    }

    /// <summary>
    /// The tensor of an entry whose values come from the 32-bit integer hash of (element, position): h &gt;&gt; 8 over 2^24 is
    /// uniform.
    /// </summary>
    public static torch.Tensor Hashed(JsonElement entry)
    {
        long[] shape = Integers(entry.GetProperty("shape"));
        uint position = entry.GetProperty("position").GetUInt32();
        JsonElement offset = entry.GetProperty("offset");
        double scale = entry.GetProperty("scale").GetDouble();
        float[] values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        for (int n = 0; n < values.Length; n++)
        {
            uint h = unchecked((uint)(n + 1) * 0x9E3779B1u + position * 0x85EBCA77u);
            h = unchecked((h ^ (h >> 16)) * 0x85EBCA6Bu);
            h = unchecked((h ^ (h >> 13)) * 0xC2B2AE35u);
            h ^= h >> 16;
            double o = offset.ValueKind == JsonValueKind.Array ? offset[n].GetDouble() : offset.GetDouble();
            values[n] = (float)(o + scale * (2 * ((h >> 8) / 16777216.0) - 1));
        }
        return torch.tensor(values, shape);
    }

    public static long[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt64())];

    /// <summary>max|actual - expected| / max|expected|.</summary>
    public static double Error(IReadOnlyList<double> actual, IReadOnlyList<double> expected)
    {
        Assert.Equal(expected.Count, actual.Count);
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
