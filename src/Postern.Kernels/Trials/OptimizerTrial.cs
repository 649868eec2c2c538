namespace Postern.Kernels;

/// <summary>Two updates of AdamW and of SGD against their plain loops: parameters and moments.</summary>
public static class OptimizerTrial
{
    private const int Count = 101;

    /// <summary>Runs the trial.</summary>
    /// <param name="path">The instruction set.</param>
    public static IReadOnlyList<Deviation> Run(SimdPath path) => [.. AdamW(path), .. Sgd(path)];

    private static IEnumerable<Deviation> AdamW(SimdPath path) => Compare("AdamW", path, (memory, with) =>
    {
        TokenRows value = memory.Draw(1, Count), gradient = memory.Draw(1, Count);
        TokenRows mean = memory.Draw(1, Count), square = memory.Draw(1, Count, offset: 2f);
        for (int step = 1; step <= 2; step++)
        {
            var tensor = new AdamWTensor(value.Address, gradient.Address, mean.Address, square.Address, Count,
                Keep: 0.995f, StepSize: 0.01f / step, SquareScale: 1.5f);
            AdamWKernel.Step([tensor], 0.9f, 0.999f, 1e-8f, with);
        }

        return [("parameter", memory.Read(value, 1)), ("mean", memory.Read(mean, 1)), ("square", memory.Read(square, 1))];
    });

    private static IEnumerable<Deviation> Sgd(SimdPath path) => Compare("SGD", path, (memory, with) =>
    {
        TokenRows value = memory.Draw(1, Count), gradient = memory.Draw(1, Count), momentum = memory.Draw(1, Count);
        var tensor = new SgdTensor(value.Address, gradient.Address, momentum.Address, Count, Decay: 0.01f);
        for (int step = 0; step < 2; step++) SgdKernel.Step([tensor], 0.1f, 0.9f, with);
        return [("parameter", memory.Read(value, 1)), ("momentum", memory.Read(momentum, 1))];
    });

    private static IEnumerable<Deviation> Compare(
        string what, SimdPath path, Func<TrialMemory, SimdPath, List<(string Name, float[] Numbers)>> compute) =>
        compute(new TrialMemory(), path).Zip(compute(new TrialMemory(), SimdPath.Plain), (found, expected) =>
            Deviation.Of($"{found.Name} after {what}", found.Numbers, expected.Numbers, Deviation.AllowedInFloat32));
}
