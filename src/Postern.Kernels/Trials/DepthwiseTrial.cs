namespace Postern.Kernels;

/// <summary>Depthwise convolutions against <see cref="DepthwiseReference"/>: y and every gradient.</summary>
public static class DepthwiseTrial
{
    // A map larger than the kernel, with a part of a register left; and one that the kernel covers, in several groups of maps.
    private static readonly DepthwiseShape[] Shapes = [new(1, 9, 8, 72, 7), new(9, 2, 2, 24, 7)];

    /// <summary>Runs the trial.</summary>
    /// <param name="path">The instruction set.</param>
    /// <param name="element">The type of rows.</param>
    public static IReadOnlyList<Deviation> Run(SimdPath path, RowElement element = RowElement.Float32) =>
        [.. Shapes.SelectMany(shape => Run(shape, path, element))];

    private static IEnumerable<Deviation> Run(DepthwiseShape shape, SimdPath path, RowElement element)
    {
        var memory = new TrialMemory();
        (int pixels, int channels) = (shape.Pixels, shape.Channels);
        TokenRows x = memory.Draw(pixels, channels, element), gradY = memory.Draw(pixels, channels, element);
        TokenRows weight = memory.Draw(channels, shape.Taps), bias = memory.Draw(channels, 1);
        double allowed = element == RowElement.Float32 ? Deviation.AllowedInFloat32 : Deviation.AllowedInBFloat16;
        return Compute(path).Zip(Compute(SimdPath.Plain), (found, expected) => Deviation.Of(
            $"{found.Name} of a depthwise convolution of {shape.Height}x{shape.Width}", found.Numbers, expected.Numbers,
            allowed));

        List<(string Name, float[] Numbers)> Compute(SimdPath with)
        {
            TrialMemory.Soil(1 << 13);
            TokenRows y = memory.Room(pixels, channels, element), gradX = memory.Room(pixels, channels, element);
            TokenRows gradWeight = memory.Room(channels, shape.Taps), gradBias = memory.Room(channels, 1);
            DepthwiseConv.Forward(shape, x, weight, bias, y, with);
            DepthwiseConv.Backward(shape, x, weight, gradY, gradX, gradWeight, gradBias, with);
            return
            [
                ("y", memory.Read(y, pixels)), ("gradient of x", memory.Read(gradX, pixels)),
                ("gradient of the weight", memory.Read(gradWeight, channels)),
                ("gradient of the bias", memory.Read(gradBias, channels)),
            ];
        }
    }
}
