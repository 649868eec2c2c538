using Postern.Configuration;
using Postern.Models.Layers;
using Postern.Models.Ops;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>Sizes of a MambaOut.</summary>
/// <param name="Depths">Blocks of each stage.</param>
/// <param name="Dims">Channels of each stage.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="DropPath">Rate of stochastic depth at the last block; linspace(0, rate, blocks) over all blocks.</param>
/// <param name="StemStride">Total stride of the stem: 4 in the official code, 2 or 1 to keep more of a small picture.</param>
/// <param name="Upsample">Side that pictures are enlarged to (bilinear) before the stem; 0 for none.</param>
public sealed record MambaOutConfig(
    int[] Depths, int[] Dims, int Classes, double DropPath = 0, int StemStride = 4, int Upsample = 0);

/// <summary>
/// MambaOut (Yu and Wang 2025): stages of Gated CNN blocks, which are Mamba blocks without the SSM, each after a convolution that
/// halves the resolution (<c>docs/reference/models.md 3</c>). Takes pictures of any size. Channels last inside: [B, H, W, C].
/// </summary>
public sealed class MambaOut : Backbone
{
    private const double NormEps = 1e-6;
    private const int HeadRatio = 4;
    private readonly MambaOutConfig config;
    private readonly Downsampling[] downsample_layers;
    private readonly GatedCnnBlock[][] stages;
    private readonly LayerNorm norm;
    private readonly MlpHead head;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="seed">Whose initial values it has; null where <see cref="Backbone.Initialise"/> or a checkpoint
    /// follows.</param>
    public MambaOut(MambaOutConfig config, long? seed = 0) : base("MambaOut")
    {
        this.config = config;
        int[] dims = config.Dims;
        downsample_layers = [Downsampling.Stem(Mixed, dims[0], config.StemStride, NormEps),
            .. Enumerable.Range(1, dims.Length - 1).Select(s => Downsampling.Between(Mixed, dims[s - 1], dims[s], NormEps))];
        stages = [.. dims.Select((dim, s) => Enumerable.Range(0, config.Depths[s])
            .Select(_ => new GatedCnnBlock(Mixed, dim, NormEps)).ToArray())];
        norm = nn.LayerNorm(dims[^1], eps: NormEps);
        head = new MlpHead(dims[^1], HeadRatio * dims[^1], config.Classes);
        register_module("downsample_layers", nn.ModuleList(downsample_layers));
        register_module("stages", nn.ModuleList(stages.Select(s => nn.ModuleList(s)).ToArray()));
        register_module("norm", norm);
        register_module("head", head);
        if (seed is long drawn) Initialise(drawn);
    }

    /// <summary>A line of the catalogue.</summary>
    internal static ModelEntry Entry(
        string name, string summary, int side, int[] depths, int[] dims, string dropPath, int stemStride = 4) => new(
        name, summary, "yuweihao/MambaOut", side,
        [
            new("depths", OptionKind.Integers, string.Join(',', depths), "blocks of each stage"),
            new("dims", OptionKind.Integers, string.Join(',', dims), "channels of each stage"),
            ModelEntry.DropPath(dropPath),
            new("stem_stride", OptionKind.Word, $"{stemStride}",
                "total stride of the stem: 4 as in the official code, 2 or 1 for small pictures")
            {
                Allowed = ["1", "2", "4"],
            },
            ModelEntry.Size("upsample", 0, "side that pictures are enlarged to before the stem; 0 for none", min: 0),
        ], Build, Recognise)
        {
            Family = "mambaout",
        };

    private static MambaOut Build(Choice choice, int classes, int imageSize)
    {
        int[] depths = choice.Integers("depths"), dims = choice.Integers("dims");
        if (depths.Length == 0 || depths.Length != dims.Length || depths.Concat(dims).Any(n => n is < 1 or > 4096))
            throw choice.Error(
                $"depths [{string.Join(", ", depths)}] and dims [{string.Join(", ", dims)}] must be one positive number a stage");
        if (dims[0] < 2) throw choice.Error("dims begins below 2, but the stem halves it");
        return new MambaOut(new MambaOutConfig(depths, dims, classes, (double)choice.Number("drop_path"),
            int.Parse(choice.Word("stem_stride"), System.Globalization.CultureInfo.InvariantCulture),
            choice.Integer("upsample")), seed: null);
    }

    private static WeightSizes? Recognise(WeightShapes shapes)
    {
        int stages = shapes.Count("stages.");
        string[] norms = [.. Enumerable.Range(0, stages).Select(s => $"stages.{s}.0.norm.weight")];
        if (stages == 0 || !norms.All(n => shapes.Has(n, 1)) || !shapes.Has("head.fc2.weight", 2)) return null;
        return new WeightSizes(new Dictionary<string, string>
        {
            ["depths"] = string.Join(',', norms.Select((_, s) => shapes.Count($"stages.{s}."))),
            ["dims"] = string.Join(',', norms.Select(n => shapes.Side(n, 0))),
        }, shapes.Side("head.fc2.weight", 0), ImageSize: 0);
    }

    /// <summary>
    /// The official name of a layer that timm's later port calls <paramref name="key"/>: <c>stem.*</c>,
    /// <c>stages.s.blocks.j.*</c>, <c>head.pre_logits.*</c>.
    /// </summary>
    internal static string FromTimm(string key) => key.Split('.') switch
    {
        ["stem", .. string[] rest] => Join("downsample_layers.0", rest),
        ["stages", string s, "downsample", .. string[] rest] => Join($"downsample_layers.{s}", rest),
        ["stages", string s, "blocks", string j, .. string[] rest] => Join($"stages.{s}.{j}", rest),
        ["head", "norm", .. string[] rest] => Join("norm", rest),
        ["head", "pre_logits", "fc", .. string[] rest] => Join("head.fc1", rest),
        ["head", "pre_logits", "norm", .. string[] rest] => Join("head.norm", rest),
        ["head", "fc", .. string[] rest] => Join("head.fc2", rest),
        _ => key,
    };

    private static string Join(string start, string[] rest) => string.Join('.', rest.Prepend(start));

    /// <inheritdoc/>
    public override string Head => "head.fc2";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Blocks =>
        [.. stages.SelectMany((blocks, s) => blocks.Select((_, j) => $"stages.{s}.{j}"))];

    /// <inheritdoc/>
    public override string Features => "norm";

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (config.Upsample > 0)
            input = nn.functional.interpolate(input, [config.Upsample, config.Upsample], mode: InterpolationMode.Bilinear,
                align_corners: false);
        IModelOps ops = Ops ?? ModelOps.For(input);
        Tensor stream = ChannelsLast.For(input).permute(0, 2, 3, 1), branch = stream;   // [B, H, W, 3]
        int block = 0, last = config.Depths.Sum() - 1;
        for (int s = 0; s < stages.Length; s++)
        {
            Downsampling downsampling = downsample_layers[s];
            (stream, branch) = RunBlock(stream, branch, (x, y) =>
            {
                Tensor maps = downsampling.forward(Added(x, y), ops);                    // [B, H / 2, W / 2, dims[s]]
                return (maps, maps);
            });
            if (Taps.Any) stream = branch = Tap($"downsample_layers.{s}", stream);
            for (int j = 0; j < stages[s].Length; j++, block++)
            {
                double rate = last == 0 ? 0 : config.DropPath * block / last;
                (GatedCnnBlock layers, int index) = (stages[s][j], block);
                NamedTaps taps = TapsWithin($"stages.{s}.{j}");
                (stream, branch) = RunBlock(stream, branch, (x, y) =>
                {
                    (Tensor sum, Tensor made) = layers.forward(x, Pending(x, y), ops, taps);
                    return (sum, DropPath.Apply(made, rate, training, StepKey, index, FirstOfStep));
                });
                if (Taps.Any) stream = branch = Tap($"stages.{s}.{j}", Added(stream, branch));
            }
        }
        Tensor features = Tap("norm", norm.forward(Added(stream, branch).mean([1, 2]))); // [B, dims[^1]]
        return head.forward(features, value => Tap("head.norm", value));        // [B, classes]
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(int imageSize)
    {
        int side = config.Upsample > 0 ? config.Upsample : imageSize;
        long total = 0;
        for (int s = 0; s < stages.Length; s++)
        {
            total += downsample_layers[s].MultiplyAdds(ref side);
            total += (long)side * side * stages[s].Sum(b => b.MultiplyAddsPerPixel);
        }
        return total + (long)config.Dims[^1] * HeadRatio * (config.Dims[^1] + config.Classes);
    }

    /// <summary>
    /// Every convolution and matrix normal with deviation 0.02, depthwise ones included; biases 0, norms 1 and 0.
    /// </summary>
    public override void Initialise(long seed)
    {
        foreach ((string name, Parameter p) in named_parameters())
        {
            if (p.dim() > 1) Initial.Normal(p, 0.02, InitialStream(seed, name));
            else
                Initial.Constant(p, name.Contains("norm", StringComparison.Ordinal)
                    && name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0);
        }
    }

    /// <summary>fc2(LN(GELU(fc1(x)))): the classifier is a small perceptron.</summary>
    private sealed class MlpHead : nn.Module
    {
        private readonly Linear fc1, fc2;
        private readonly LayerNorm norm;

        public MlpHead(int dim, int hiddenDim, int classes) : base("MlpHead")
        {
            fc1 = nn.Linear(dim, hiddenDim);
            norm = nn.LayerNorm(hiddenDim, eps: NormEps);
            fc2 = nn.Linear(hiddenDim, classes);
            register_module("fc1", fc1);
            register_module("norm", norm);
            register_module("fc2", fc2);
        }

        public Tensor forward(Tensor x, Func<Tensor, Tensor> tap) =>
            fc2.forward(tap(norm.forward(nn.functional.gelu(fc1.forward(x)))));
    }
}
