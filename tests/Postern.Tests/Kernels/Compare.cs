namespace Postern.Tests.Kernels;

/// <summary>Compares tensors by their largest difference over their largest value.</summary>
internal static class Compare
{
    public static void All(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual, double tolerance,
        string context)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, values) in expected) Near(values, actual[name], tolerance, context + name);
    }

    public static void Near(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Max(expected.Max(Math.Abs), 1e-30), error = 0.0;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(float.IsFinite(actual[i]), $"{what}[{i}] is {actual[i]}");
            error = Math.Max(error, Math.Abs((double)expected[i] - actual[i]));
        }

        Assert.True(error <= tolerance * scale,
            $"{what}: off by {error / scale:e2} of its largest value, allowed {tolerance:e1}");
    }
}
