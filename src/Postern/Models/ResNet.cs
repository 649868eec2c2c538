using Postern.Kernels;
using Postern.Models.Layers;
using Postern.Native.Paths;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>What sets the ResNet18 variants apart (<c>docs/reference/models.md 5</c>).</summary>
/// <param name="Widths">Channels of the four stages.</param>
/// <param name="ImageNetStem">7x7/2 convolution and max-pool (torchvision) instead of 3x3/1 (Backdoor-Toolbox, 32x32).</param>
/// <param name="Classes">Number of classes.</param>
public sealed record ResNetConfig(int[] Widths, bool ImageNetStem, int Classes)
{
    /// <summary>Name of the projection shortcut in the official code.</summary>
    public string ShortcutName => ImageNetStem ? "downsample" : "shortcut";

    /// <summary>Name of the classifier in the official code.</summary>
    public string HeadName => ImageNetStem ? "fc" : "linear";
}

/// <summary>
/// ResNet18 (He et al. 2016): four stages of two basic blocks, in Backdoor-Toolbox's form for 32x32 pictures or torchvision's for
/// 224.
/// </summary>
public sealed class ResNet : Backbone
{
    private const int BlocksPerStage = 2;
    private readonly ResNetConfig config;
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly BasicBlock[][] stages;
    private readonly Linear[] heads;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="seed">Whose initial values it has; null where <see cref="Backbone.Initialise"/> or a checkpoint
    /// follows.</param>
    public ResNet(ResNetConfig config, long? seed = 0) : base("ResNet")
    {
        this.config = config;
        int[] widths = config.Widths;
        conv1 = config.ImageNetStem
            ? nn.Conv2d(3, widths[0], 7, stride: 2, padding: 3, bias: false)
            : nn.Conv2d(3, widths[0], 3, stride: 1, padding: 1, bias: false);
        bn1 = nn.BatchNorm2d(widths[0]);
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        stages = new BasicBlock[widths.Length][];
        int channels = widths[0];
        for (int s = 0; s < widths.Length; s++)
        {
            stages[s] = new BasicBlock[BlocksPerStage];
            for (int j = 0; j < BlocksPerStage; j++)
            {
                stages[s][j] = new BasicBlock(Mixed, channels, widths[s], stride: s > 0 && j == 0 ? 2 : 1, config.ShortcutName);
                channels = widths[s];
            }
            register_module($"layer{s + 1}", nn.ModuleList(stages[s]));
        }
        // In an array, since TorchSharp would register a field under its own name too.
        heads = [nn.Linear(channels, config.Classes)];
        register_module(config.HeadName, heads[0]);
        if (seed is long drawn) Initialise(drawn);
    }

    /// <summary>A line of the catalogue: torchvision's form above 64 pixels, the toolbox's below.</summary>
    internal static ModelEntry Entry(string name, string summary, int[] widths) => new(
        name, summary, "torchvision, Backdoor-Toolbox", widths[0] == 64 ? 224 : 32, [],
        (_, classes, imageSize) => new ResNet(new ResNetConfig(widths, ImageNetStem: imageSize > 64, classes), seed: null),
        shapes => Recognise(shapes, widths))
    {
        Family = "resnet",
    };

    private static WeightSizes? Recognise(WeightShapes shapes, int[] widths)
    {
        if (!shapes.Has("conv1.weight", 4)) return null;
        for (int s = 0; s < widths.Length; s++)
        {
            string conv = $"layer{s + 1}.{BlocksPerStage - 1}.conv2.weight";
            if (!shapes.Has(conv, 4) || shapes.Side(conv, 0) != widths[s] || shapes.Count($"layer{s + 1}.") != BlocksPerStage)
                return null;
        }
        bool imageNet = shapes.Side("conv1.weight", 2) == 7;
        string head = (imageNet ? "fc" : "linear") + ".weight";
        return shapes.Has(head, 2) ? new WeightSizes(new Dictionary<string, string>(), shapes.Side(head, 0),
            imageNet ? 224 : 32) : null;
    }

    /// <inheritdoc/>
    public override string Head => config.HeadName;

    /// <summary>
    /// Whether maps go from layer to layer as <see cref="OneDnnLayout"/>. Taps are shown plain ones, and gradients through
    /// running statistics need them.
    /// </summary>
    private bool IsBlocked(Tensor input) => Precision == Precision.BFloat16 && OneDnnLayout.Takes(input) && !Taps.Any
        && (training || !is_grad_enabled());

    /// <inheritdoc/>
    public override IReadOnlyList<string> Blocks =>
        [.. stages.SelectMany((blocks, s) => blocks.Select((_, j) => $"layer{s + 1}.{j}"))];

    /// <inheritdoc/>
    public override bool MapsAreChannelsFirst => true;

    /// <inheritdoc/>
    public override string Features => "avgpool";

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        bool blocked = IsBlocked(input);
        Tensor x = blocked ? OneDnnLayout.Pack(input) : ChannelsLast.For(input); // [B, 3, H, W]
        (long stride, long padding) = config.ImageNetStem ? (2, 3) : (1, 1);
        x = bn1.forward(Mixed.Conv(x, conv1, stride, padding, blocked: blocked)); // [B, C, H, W]
        // torchvision rectifies in place, so that its bn1 is seen rectified.
        if (config.ImageNetStem) x = x.relu_();
        x = Tap("bn1", x);
        x = config.ImageNetStem ? nn.functional.max_pool2d(x, 3, stride: 2, padding: 1) : x.relu();
        for (int s = 0; s < stages.Length; s++)
        {
            for (int j = 0; j < BlocksPerStage; j++)
            {
                BasicBlock block = stages[s][j];
                NamedTaps taps = TapsWithin($"layer{s + 1}.{j}");
                x = RunBlock(x, maps => block.forward(maps, blocked, taps));
                if (Taps.Any) x = Tap($"layer{s + 1}.{j}", x);
            }
        }
        x = MixedPrecision.ToFloat32(blocked ? OneDnnLayout.Unpack(x) : x).mean([2, 3], keepdim: true); // [B, C, 1, 1]
        return heads[0].forward(Tap("avgpool", x).flatten(1));                                  // [B, classes]
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(int imageSize)
    {
        // Torchvision's stem halves twice, its second time by the pool.
        int side = config.ImageNetStem ? Halved(imageSize) : imageSize;
        long total = conv1.weight.numel() * side * side;
        if (config.ImageNetStem) side = Halved(side);
        for (int s = 0; s < stages.Length; s++)
        {
            if (s > 0) side = Halved(side);
            total += (long)side * side * stages[s].Sum(b => b.Weights);
        }
        return total + heads[0].weight!.numel();

        static int Halved(int side) => (side + 1) / 2;
    }

    /// <summary>Everything decays, as in the toolbox and torchvision.</summary>
    public override bool Decays(string parameter, Tensor value) => true;

    /// <inheritdoc/>
    public override void Initialise(long seed)
    {
        foreach ((string name, Parameter p) in named_parameters())
        {
            RandomStream stream = InitialStream(seed, name);
            if (name.StartsWith(config.HeadName, StringComparison.Ordinal))
                Initial.Uniform(p, Initial.DefaultBound(heads[0].weight!), stream);
            else if (p.dim() == 1) Initial.Constant(p, name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0);
            else if (config.ImageNetStem) Initial.Normal(p, Math.Sqrt(2.0 / (p.shape[0] * p.shape[2] * p.shape[3])), stream);
            else Initial.Uniform(p, Initial.DefaultBound(p), stream);
        }
    }

    /// <summary>Two 3x3 convolutions and a shortcut, which is a 1x1 convolution where shape or stride changes.</summary>
    private sealed class BasicBlock : nn.Module
    {
        private readonly MixedPrecision mixed;
        private readonly int stride;
        private readonly Conv2d conv1, conv2;
        private readonly BatchNorm2d bn1, bn2;
        private readonly Conv2d[] shortcutConv = [];
        private readonly BatchNorm2d[] shortcutNorm = [];

        public BasicBlock(MixedPrecision mixed, int inChannels, int outChannels, int stride, string shortcutName)
            : base("BasicBlock")
        {
            (this.mixed, this.stride) = (mixed, stride);
            conv1 = nn.Conv2d(inChannels, outChannels, 3, stride: stride, padding: 1, bias: false);
            bn1 = nn.BatchNorm2d(outChannels);
            conv2 = nn.Conv2d(outChannels, outChannels, 3, stride: 1, padding: 1, bias: false);
            bn2 = nn.BatchNorm2d(outChannels);
            register_module("conv1", conv1);
            register_module("bn1", bn1);
            register_module("conv2", conv2);
            register_module("bn2", bn2);
            if (stride == 1 && inChannels == outChannels) return;
            // In arrays, since TorchSharp would register fields under their own names too.
            shortcutConv = [nn.Conv2d(inChannels, outChannels, 1, stride: stride, bias: false)];
            shortcutNorm = [nn.BatchNorm2d(outChannels)];
            register_module(shortcutName, nn.Sequential(("0", shortcutConv[0]), ("1", shortcutNorm[0])));
        }

        /// <summary>Values of the convolutions, each used once at every place of the result.</summary>
        public long Weights => named_parameters().Where(p => p.parameter.dim() == 4).Sum(p => p.parameter.numel());

        public Tensor forward(Tensor x, bool blocked, NamedTaps taps)
        {
            Tensor inner = bn1.forward(mixed.Conv(x, conv1, stride, 1, blocked: blocked)).relu_();
            if (taps.Any) inner = taps.Pass("hidden", MixedPrecision.ToFloat32(inner)).to(inner.dtype);
            Tensor residual = bn2.forward(mixed.Conv(inner, conv2, 1, 1, blocked: blocked));
            Tensor shortcut = shortcutConv.Length == 0
                ? x : shortcutNorm[0].forward(mixed.Conv(x, shortcutConv[0], stride, blocked: blocked));
            return residual.add_(shortcut).relu_();
        }
    }
}
