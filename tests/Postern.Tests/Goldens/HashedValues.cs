using System.Text.Json;
using TorchSharp;

namespace Postern.Tests.Goldens;

/// <summary>The formula that goldens of learned attacks and of PGD take values from.</summary>
internal static class HashedValues
{
    /// <summary>
    /// The tensor of an entry whose values come from the 32-bit integer hash of (element, position): h &gt;&gt; 8 over 2^24 is
    /// uniform.
    /// </summary>
    public static torch.Tensor Of(JsonElement entry)
    {
        long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64())];
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
}
