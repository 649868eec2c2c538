namespace Postern.Kernels;

/// <summary>
/// The RMS norm and the layer norm of a sum against <see cref="RmsNormReference"/> and <see cref="LayerNormReference"/>: sum,
/// norm and gradients.
/// </summary>
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
        TokenRows weight = memory.Draw(1, Width, offset: 1f), bias = memory.Draw(1, Width);
        TokenRows gradY = memory.Draw(Rows, Width, element), gradSum = memory.Draw(Rows, Width);
        var shape = new LayerNormShape(Rows, Width, 1e-6f);
        double allowed = element == RowElement.Float32 ? Deviation.AllowedInFloat32 : Deviation.AllowedInBFloat16;
        return [.. Both(path).Zip(Both(SimdPath.Plain), (found, expected) =>
            Deviation.Of(found.Name, found.Numbers, expected.Numbers, allowed))];

        IEnumerable<(string Name, float[] Numbers)> Both(SimdPath with) =>
        [
            .. Compute(of => RmsNormKernel.Forward(Rows, Width, x, addend, weight, of.Sum, of.Y, with),
                of => RmsNormKernel.Backward(
                    Rows, Width, of.Sum, weight, gradY, gradSum, of.GradX, of.GradAddend, of.GradParameters, with), 1)
                .Select(result => ($"{result.Name} of an RMS norm", result.Numbers)),
            .. Compute(of => LayerNormKernel.Forward(shape, x, addend, weight, bias, of.Sum, of.Y, with),
                of => LayerNormKernel.Backward(
                    shape, of.Sum, weight, gradY, gradSum, of.GradX, of.GradAddend, of.GradParameters, with), 2)
                .Select(result => ($"{result.Name} of a layer norm", result.Numbers)),
        ];

        List<(string Name, float[] Numbers)> Compute(
            Action<Results> forward, Action<Results> backward, int parameters)
        {
            TrialMemory.Soil(1 << 12);
            var of = new Results(memory.Room(Rows, Width), memory.Room(Rows, Width, element), memory.Room(Rows, Width),
                memory.Room(Rows, Width, element), memory.Room(parameters, Width));
            forward(of);
            backward(of);
            return
            [
                ("sum", memory.Read(of.Sum, Rows)), ("y", memory.Read(of.Y, Rows)),
                ("gradient of x", memory.Read(of.GradX, Rows)),
                ("gradient of the addend", memory.Read(of.GradAddend, Rows)),
                ("gradient of the parameters", memory.Read(of.GradParameters, parameters)),
            ];
        }
    }

    private readonly record struct Results(
        TokenRows Sum, TokenRows Y, TokenRows GradX, TokenRows GradAddend, TokenRows GradParameters);
}
