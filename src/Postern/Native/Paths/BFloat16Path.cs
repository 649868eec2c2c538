using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>What runs in bfloat16 where a study asks for it: products, convolutions, and our kernels on such rows.</summary>
internal sealed class BFloat16Path : IFastPath
{
    private const int Channels = 24;

    public string Name => "bf16";

    public bool IsOptional => true;

    public IReadOnlyList<ICandidate> Candidates { get; } =
    [
        new Maps("onednn-layout", "bf16 by oneDNN, maps kept in its layout", inLayout: true),
        new Maps("plain-maps", "bf16, maps in libtorch's layout", inLayout: false),
    ];

    public IEnumerable<Deviation> Compare() =>
    [
        .. ProductPath.Compare(17, 24, 40, ScalarType.BFloat16, TokenProducts.Multiply),
        .. AttentionPath.Compare(ScalarType.BFloat16),
        .. ConvolutionCase.Common.Where(c => !c.Depthwise).SelectMany(c => ConvolutionPath.Compare(c, ScalarType.BFloat16)),
        .. ScanTrial.Run(KernelPaths.Scan, RowElement.BFloat16),
        .. ConvTrial.Run(KernelPaths.Convolution, RowElement.BFloat16),
        .. NormTrial.Run(KernelPaths.Norm, RowElement.BFloat16),
        .. DepthwiseTrial.Run(KernelPaths.Depthwise, RowElement.BFloat16),
        .. GeluTrial.Run(KernelPaths.Gelu, RowElement.BFloat16),
        .. OneDnnLayout.InUse ? InLayout() : [],
    ];

    /// <summary>A convolution between two packings, as a ResNet has it: 24 channels, of which oneDNN's layout makes 32.</summary>
    private static Deviation[] InLayout()
    {
        using DisposeScope scope = NewDisposeScope();
        var c = new ConvolutionCase(Channels, Channels, 3, Padding: 1);
        int pixels = (int)(c.Batch * Channels * c.Side * c.Side);
        float[] input = TrialTensors.Draw(pixels, 1), weight = TrialTensors.Draw(Channels * Channels * 9, 2),
            slope = TrialTensors.Draw(pixels, 3);
        (float[] output, float[] gradInput, float[] gradWeight) = c.Plain(input, weight, slope);
        Tensor x = TrialTensors.Leaf(input, c.InputShape), w = TrialTensors.Leaf(weight, c.WeightShape);
        TrialTensors.Soil(pixels, weight.Length);
        Tensor y = OneDnnLayout.Unpack(nn.functional.conv2d(OneDnnLayout.Pack(x), w, null, [1, 1], [1, 1]))
            .to(ScalarType.Float32);
        y.backward([tensor(slope).view(c.OutputShape)]);
        const double allowed = Deviation.AllowedInBFloat16;
        return
        [
            Deviation.Of($"{c} in oneDNN's layout", TrialTensors.Read(y), output, allowed),
            Deviation.Of($"input gradient of {c} in oneDNN's layout", TrialTensors.Read(x.grad!), gradInput, allowed),
            Deviation.Of($"weight gradient of {c} in oneDNN's layout", TrialTensors.Read(w.grad!), gradWeight, allowed),
        ];
    }

    private sealed class Maps(string name, string description, bool inLayout) : ICandidate
    {
        public string Name => name;

        public string Description => description;

        public string? Unavailable => !inLayout ? null
            : !CpuFeatures.Current.HasBfloat16 ? $"this processor has no {CpuFeatures.Bfloat16}"
            : !OneDnn.IsOn ? "oneDNN is switched off" : null;

        public void Take() => OneDnnLayout.InUse = inLayout;
    }
}
