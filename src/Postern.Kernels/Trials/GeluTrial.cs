namespace Postern.Kernels;

/// <summary>The gated GELU against <see cref="GeluReference"/>: result and both gradients.</summary>
public static class GeluTrial
{
    private const int Rows = 20, Width = 40;

    /// <summary>Runs the trial.</summary>
    /// <param name="path">The instruction set.</param>
    /// <param name="element">The type of rows.</param>
    public static IReadOnlyList<Deviation> Run(SimdPath path, RowElement element = RowElement.Float32)
    {
        var memory = new TrialMemory();
        TokenRows gate = memory.Draw(Rows, Width, element, scale: 6f), value = memory.Draw(Rows, Width, element),
            gradY = memory.Draw(Rows, Width, element);
        double allowed = element == RowElement.Float32 ? Deviation.AllowedInFloat32 : Deviation.AllowedInBFloat16;
        return [.. Compute(path).Zip(Compute(SimdPath.Plain), (found, expected) =>
            Deviation.Of($"{found.Name} of a gated GELU", found.Numbers, expected.Numbers, allowed))];

        List<(string Name, float[] Numbers)> Compute(SimdPath with)
        {
            TokenRows y = memory.Room(Rows, Width, element), gradGate = memory.Room(Rows, Width, element),
                gradValue = memory.Room(Rows, Width, element), alone = memory.Room(Rows, Width, element);
            GeluKernel.Forward(Rows, Width, gate, value, y, with);
            GeluKernel.Forward(Rows, Width, gate, default, alone, with);
            GeluKernel.Backward(Rows, Width, gate, value, gradY, gradGate, gradValue, with);
            return
            [
                ("y", memory.Read(y, Rows)), ("y without a value", memory.Read(alone, Rows)),
                ("gradient of the gate", memory.Read(gradGate, Rows)), ("gradient of the value", memory.Read(gradValue, Rows)),
            ];
        }
    }
}
