using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>Numbers and tensors of a comparison.</summary>
internal static class TrialTensors
{
    /// <summary>Seeded numbers between -1 and 1, all of them bfloat16's, so that both types hold the same.</summary>
    public static float[] Draw(long count, long seed)
    {
        var stream = new RandomStream((ulong)seed);
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(Math.Round(256 * stream.NextDouble(-1.0, 1.0)) / 256);
        return values;
    }

    /// <summary>A leaf whose gradient is wanted.</summary>
    public static Tensor Leaf(float[] values, long[] shape, ScalarType type = ScalarType.Float32)
    {
        Tensor whole = tensor(values).view(shape);
        return (type == ScalarType.Float32 ? whole : whole.to(type)).requires_grad_();
    }

    /// <summary>The numbers of a tensor of any type and layout.</summary>
    public static float[] Read(Tensor values) => values.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();

    /// <summary>
    /// Leaves freed memory full of NaN behind, of the sizes that a computation on tensors of these sizes may ask for: as they
    /// are, and with channels rounded up to whole blocks.
    /// </summary>
    public static void Soil(params long[] counts)
    {
        List<Tensor> soiled = [];
        foreach (long count in counts)
            foreach (long size in new[] { count, 4 * count, (count + 15) / 16 * 16, 2 * count })
                soiled.Add(full(size, float.NaN));
        soiled.ForEach(t => t.Dispose());
    }

    /// <summary>The allowance for results of a type.</summary>
    public static double Allowed(ScalarType type) =>
        type == ScalarType.Float32 ? Deviation.AllowedInFloat32 : Deviation.AllowedInBFloat16;
}
