namespace Postern.Kernels;

/// <summary>Both directions of a causal convolution against <see cref="CausalConvReference"/>: u and every gradient.</summary>
public static class ConvTrial
{
    private static readonly CausalConvShape[] Shapes = [new(2, 9, 40, 4), new(3, 1, 24, 4)];

    /// <summary>Runs the trial.</summary>
    /// <param name="path">The instruction set.</param>
    /// <param name="element">The type of rows.</param>
    public static IReadOnlyList<Deviation> Run(SimdPath path, RowElement element = RowElement.Float32) =>
        [.. Shapes.SelectMany(shape => Run(shape, path, element))];

    private static IEnumerable<Deviation> Run(CausalConvShape shape, SimdPath path, RowElement element)
    {
        var memory = new TrialMemory();
        int tokens = shape.Batch * shape.Length;
        TokenRows x = memory.Draw(tokens, shape.Channels, element, scale: 2f);
        CausalConvDirection[] directions = [Draw(), Draw()];
        double allowed = element == RowElement.Float32 ? Deviation.AllowedInFloat32 : Deviation.AllowedInBFloat16;
        return Compute(path).Zip(Compute(SimdPath.Plain), (found, expected) => Deviation.Of(
            $"{found.Name} of a convolution of {shape.Length} tokens", found.Numbers, expected.Numbers, allowed));

        CausalConvDirection Draw() => new()
        {
            Weight = memory.Draw(shape.Channels, shape.Kernel),
            Bias = memory.Draw(shape.Channels, 1),
            GradU = memory.Draw(tokens, shape.Channels, element),
        };

        List<(string Name, float[] Numbers)> Compute(SimdPath with)
        {
            TrialMemory.Soil(1 << 14);
            CausalConvDirection[] ways = [.. directions.Select(d => new CausalConvDirection
            {
                Weight = d.Weight,
                Bias = d.Bias,
                GradU = d.GradU,
                U = memory.Room(tokens, shape.Channels, element),
                GradWeight = memory.Room(shape.Channels, shape.Kernel),
                GradBias = memory.Room(shape.Channels, 1),
            })];
            TokenRows gradX = memory.Room(tokens, shape.Channels, element);
            CausalConv.Forward(shape, x, ways[0], ways[1], with);
            CausalConv.Backward(shape, x, ways[0], ways[1], gradX, with);
            List<(string, float[])> results = [("gradient of x", memory.Read(gradX, tokens))];
            foreach ((string way, CausalConvDirection d) in new[] { ("back", ways[0]), ("ahead", ways[1]) })
            {
                results.Add(($"u ({way})", memory.Read(d.U, tokens)));
                results.Add(($"gradient of the kernels ({way})", memory.Read(d.GradWeight, shape.Channels)));
                results.Add(($"gradient of the bias ({way})", memory.Read(d.GradBias, shape.Channels)));
            }

            return results;
        }
    }
}
