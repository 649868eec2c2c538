using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>libtorch's convolutions in float32, with both gradients.</summary>
/// <param name="cachesHidden">Whether the processor hides its caches from oneDNN.</param>
internal sealed class ConvolutionPath(bool cachesHidden) : IFastPath
{
    public string Name => "convolution";

    public IReadOnlyList<ICandidate> Candidates { get; } =
        [new OneDnnAsFound(cachesHidden), new OneDnnCorrected(cachesHidden), new OneDnnOff()];

    public IEnumerable<Deviation> Compare() => ConvolutionCase.Common.SelectMany(c => Compare(c, ScalarType.Float32));

    /// <summary>One convolution in either type.</summary>
    public static IEnumerable<Deviation> Compare(ConvolutionCase c, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] input = TrialTensors.Draw(Count(c.InputShape), 1), weight = TrialTensors.Draw(Count(c.WeightShape), 2);
        float[] gradOutput = TrialTensors.Draw(Count(c.OutputShape), 3);
        (float[] output, float[] gradInput, float[] gradWeight) = c.Plain(input, weight, gradOutput);

        Tensor x = TrialTensors.Leaf(input, c.InputShape, type), w = TrialTensors.Leaf(weight, c.WeightShape, type);
        long[] padding = c.Flat ? [0, c.Padding] : [c.Padding, c.Padding];
        TrialTensors.Soil(input.Length, weight.Length, output.Length);
        Tensor y = nn.functional.conv2d(x, w, null, [c.Stride, c.Stride], padding, groups: c.Depthwise ? c.Inputs : 1);
        TrialTensors.Soil(input.Length, weight.Length, output.Length);
        y.backward([tensor(gradOutput).view(c.OutputShape).to(type)]);
        double allowed = TrialTensors.Allowed(type);
        return
        [
            Deviation.Of($"{c}", TrialTensors.Read(y), output, allowed),
            Deviation.Of($"input gradient of {c}", TrialTensors.Read(x.grad!), gradInput, allowed),
            Deviation.Of($"weight gradient of {c}", TrialTensors.Read(w.grad!), gradWeight, allowed),
        ];
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, side) => product * side);
}
