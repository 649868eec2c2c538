namespace Postern.Kernels;

/// <summary>The RMS norm of a sum against <see cref="RmsNormReference"/>: sum, norm and gradients.</summary>
public static class NormTrial
{
    private const int Rows = 70, Width = 40;

    /// <summary>Runs the trial.</summary>
    /// <param name="path">The instruction set.</param>
    /// <param name="element">The type of the addend, the norm and what flows back through them.</param>
    public static IReadOnlyList<Deviation> Run(SimdPath path, RowElement element = RowElement.Float32)
    {
        var memory = new TrialMemory();
        TokenRows x = memory.Draw(Rows, Width), addend = memory.Draw(Rows, Width, element);
        TokenRows weight = memory.Draw(1, Width, offset: 1f), gradY = memory.Draw(Rows, Width, element),
            gradSum = memory.Draw(Rows, Width);
        double allowed = element == RowElement.Float32 ? Deviation.AllowedInFloat32 : Deviation.AllowedInBFloat16;
        return [.. Compute(path).Zip(Compute(SimdPath.Plain), (found, expected) =>
            Deviation.Of($"{found.Name} of an RMS norm", found.Numbers, expected.Numbers, allowed))];

        List<(string Name, float[] Numbers)> Compute(SimdPath with)
        {
            TrialMemory.Soil(1 << 12);
            TokenRows sum = memory.Room(Rows, Width), y = memory.Room(Rows, Width, element);
            TokenRows gradX = memory.Room(Rows, Width), gradAddend = memory.Room(Rows, Width, element),
                gradWeight = memory.Room(1, Width);
            RmsNormKernel.Forward(Rows, Width, x, addend, weight, sum, y, with);
            RmsNormKernel.Backward(
                Rows, Width, sum, weight, gradY, gradSum, gradX, gradAddend, gradWeight, with);
            return
            [
                ("sum", memory.Read(sum, Rows)), ("y", memory.Read(y, Rows)), ("gradient of x", memory.Read(gradX, Rows)),
                ("gradient of the addend", memory.Read(gradAddend, Rows)), ("gradient of the weight", memory.Read(gradWeight, 1)),
            ];
        }
    }
}
