using Postern.Configuration;
using Postern.Kernels;
using Postern.Models.Layers;
using Postern.Models.Ops;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>Sizes of a Vim.</summary>
/// <param name="ImageSize">Side of the input in pixels.</param>
/// <param name="PatchSize">Side of a patch.</param>
/// <param name="Stride">Distance between patches; equal to <paramref name="PatchSize"/> but in the "stride 8" variants.</param>
/// <param name="EmbedDim">d, the width of a token.</param>
/// <param name="Depth">Number of blocks.</param>
/// <param name="StateSize">N, the state size of the SSM.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="DropPath">Rate of stochastic depth at the last block.</param>
public sealed record VimConfig(
    int ImageSize, int PatchSize, int Stride, int EmbedDim, int Depth, int StateSize, int Classes, double DropPath = 0)
{
    /// <summary>What is changed of the published network; nothing at first.</summary>
    public VimControls Controls { get; init; } = new();

    /// <summary>Patches a side, (H - p) / s + 1.</summary>
    public int Grid => (ImageSize - PatchSize) / Stride + 1;

    /// <summary>M, the number of patches.</summary>
    public int Patches => Grid * Grid;
}

/// <summary>
/// Vision Mamba (Zhu et al. 2024) as the official code builds it: bidirectional v2 mixers, RMS norm, absolute position embedding
/// added after the class token is put into the middle (<c>docs/reference/models.md 2</c>).
/// </summary>
public sealed class Vim : Backbone
{
    private readonly VimConfig config;
    private readonly Parameter cls_token, pos_embed;
    private readonly PatchEmbed patch_embed;
    private readonly Linear head;
    private readonly VimBlock[] layers;
    private readonly RmsNorm norm_f;

    /// <summary>Its sizes.</summary>
    public VimConfig Config => config;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="seed">Whose initial values it has; null where <see cref="Backbone.Initialise"/> or a checkpoint
    /// follows.</param>
    public Vim(VimConfig config, long? seed = 0) : base("Vim")
    {
        this.config = config;
        int d = config.EmbedDim;
        cls_token = new Parameter(zeros(1, 1, d));
        pos_embed = new Parameter(zeros(1, config.Patches + 1, d));
        patch_embed = new PatchEmbed(Mixed, config.PatchSize, config.Stride, d);
        head = nn.Linear(d, config.Classes);
        layers = [.. Enumerable.Range(0, config.Depth).Select(_ => new VimBlock(Mixed, d, config.StateSize, config.Controls))];
        norm_f = new RmsNorm(d);
        register_parameter("cls_token", cls_token);
        register_parameter("pos_embed", pos_embed);
        register_module("patch_embed", patch_embed);
        register_module("head", head);
        register_module("layers", nn.ModuleList(layers));
        register_module("norm_f", norm_f);
        if (seed is long drawn) Initialise(drawn);
    }

    /// <summary>
    /// Changes the scans of some blocks until what is returned is disposed; another change in the meantime takes its place.
    /// Blocks compute in float32 then, each direction for itself. For a network without controls.
    /// </summary>
    /// <param name="change">What is changed.</param>
    /// <param name="blocks">In which blocks; null for all.</param>
    public IDisposable Intervene(MixerIntervention change, Predicate<int>? blocks = null)
    {
        VimMixer[] mixers = [.. layers.Where((_, i) => blocks?.Invoke(i) != false).Select(l => l.Mixer)];
        foreach (VimMixer mixer in mixers) mixer.Intervention = change;
        return new Undo(
            () => Array.ForEach(mixers, m => m.Intervention = ReferenceEquals(m.Intervention, change) ? null : m.Intervention));
    }

    private sealed record Undo(Action Act) : IDisposable
    {
        public void Dispose() => Act();
    }

    /// <summary>A line of the catalogue.</summary>
    internal static ModelEntry Entry(
        string name, string summary, int side, int patch, int stride, int dim, int depth, string dropPath,
        string? fineTuned = null) => new(
        name, summary, "hustvl/Vim", side,
        [
            ModelEntry.Size("patch_size", patch, "side of a patch in pixels"),
            ModelEntry.Size("stride", stride, "distance between patches in pixels; 0 for the patch size", min: 0),
            ModelEntry.Size("embed_dim", dim, "width of a token"),
            ModelEntry.Size("depth", depth, "number of blocks"),
            ModelEntry.Size("state_size", 16, "state size N of the SSM"),
            ModelEntry.DropPath(dropPath, fineTuned),
            .. VimControls.Options,
        ], Build, Recognise)
        {
            Family = "vim",
            ScratchDecay = "0.1",
        };

    private static Vim Build(Choice choice, int classes, int imageSize)
    {
        int patch = choice.Integer("patch_size"), stride = choice.Integer("stride") is > 0 and int s ? s : patch;
        if (patch > imageSize) throw choice.Error($"patch_size {patch} is larger than the {imageSize}-pixel input");
        return new Vim(new VimConfig(imageSize, patch, stride, choice.Integer("embed_dim"), choice.Integer("depth"),
            choice.Integer("state_size"), classes, (double)choice.Number("drop_path"))
        {
            Controls = VimControls.Of(choice),
        }, seed: null);
    }

    private static WeightSizes? Recognise(WeightShapes shapes)
    {
        if (!shapes.Has("layers.0.mixer.A_b_log", 2) || PatchEmbed.Recognise(shapes) is not PatchSizes sizes) return null;
        // Shapes tell the grid and not the stride: 27 patches of 16 a side are 224 pixels at stride 8.
        bool overlapping = sizes.Grid * sizes.Patch > 224 && (sizes.Grid - 1) * sizes.Patch / 2 + sizes.Patch == 224;
        int stride = overlapping ? sizes.Patch / 2 : sizes.Patch;
        return new WeightSizes(new Dictionary<string, string>
        {
            ["patch_size"] = $"{sizes.Patch}",
            ["stride"] = $"{(overlapping ? stride : 0)}",
            ["embed_dim"] = shapes.Text("cls_token", 2),
            ["depth"] = $"{shapes.Count("layers.")}",
            ["state_size"] = shapes.Text("layers.0.mixer.A_b_log", 1),
        }, sizes.Classes, (sizes.Grid - 1) * stride + sizes.Patch);
    }

    /// <inheritdoc/>
    public override string Head => "head";

    /// <summary>The middle, floor(M / 2), but where the token stands at the head.</summary>
    public override int? ClassTokenRow(int patches) => config.Controls.ReadOut == ReadOut.Head ? 0 : patches / 2;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Blocks => [.. layers.Select((_, i) => $"layers.{i}")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> StreamWriters =>
    [
        "cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias",
        .. Blocks.Select(b => $"{b}.mixer.out_proj.weight"),
    ];

    /// <inheritdoc/>
    public override string Features => "features";

    /// <summary>
    /// The place of each token along the scans, the class token among them, patches counted row by row; null where each picture
    /// has an order of its own.
    /// </summary>
    public IReadOnlyList<int>? ScanPlaces() => PatchOrder.Places(config.Controls.Order, config.Patches + 1, Grid.ClassToken);

    /// <inheritdoc/>
    public override PatchGrid Grid =>
        new(config.PatchSize, config.Stride, config.Grid, ClassTokenRow(config.Patches)!.Value);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        Tensor patches = Tap("patch_embed", patch_embed.forward(input));                   // [B, M, d]
        IModelOps ops = Ops ?? ModelOps.For(patches);
        long batch = patches.shape[0], row = ClassTokenRow(config.Patches)!.Value;
        Tensor hidden = cat([patches.narrow(1, 0, row), cls_token.expand(batch, -1, -1),
            patches.narrow(1, row, config.Patches - row)], 1) + pos_embed;                // [B, M + 1, d]
        hidden = PatchOrder.Apply(config.Controls.Order, hidden, row, input);
        Tensor residual = hidden;
        for (int i = 0; i < layers.Length; i++)
        {
            int block = i;
            NamedTaps taps = TapsWithin($"layers.{block}");
            (residual, hidden) = RunBlock(residual, hidden, (stream, branch) => InOrderOf(block, stream, branch,
                (x, y) => layers[block].forward(x, block == 0 ? null : Dropped(y, BlockRate(block), block), ops, taps)));
            if (!Taps.Any) continue;
            hidden = Tap($"layers.{i}.hidden", hidden);
            residual = Tap($"layers.{i}.residual", residual);
            Tensor sum = residual + hidden, after = Tap($"layers.{i}", sum);
            if (!ReferenceEquals(sum, after)) residual = after - hidden;
        }
        // Where only the class token is read, only its row is normalised.
        (long first, long read) = config.Controls.ReadOut == ReadOut.Mean ? (0, config.Patches + 1) : (row, 1);
        Tensor last = Dropped(hidden, config.DropPath, config.Depth).narrow(1, first, read);
        Tensor normed = norm_f.forward(layers.Length == 0 ? last : residual.narrow(1, first, read) + last); // [B, 1 or M + 1, d]
        Tensor features = read == 1 ? normed.squeeze(1) : normed.mean([1L]);              // [B, d]
        return head.forward(Tap("features", features));                                   // [B, classes]
    }

    /// <summary>
    /// Not for vectors and biases, the class token and the position embedding; A_log is a matrix and does decay.
    /// </summary>
    public override bool Decays(string parameter, Tensor value) =>
        base.Decays(parameter, value) && parameter is not ("cls_token" or "pos_embed");

    /// <inheritdoc/>
    public override long MultiplyAdds(int imageSize)
    {
        long d = config.EmbedDim, tokens = config.Patches + 1;
        return config.Patches * d * 3 * config.PatchSize * config.PatchSize
            + config.Depth * tokens * layers[0].Mixer.MultiplyAddsPerToken + d * config.Classes;
    }

    /// <inheritdoc/>
    public override void Initialise(long seed)
    {
        Initial.Normal(cls_token, 0.02, InitialStream(seed, "cls_token"));
        Initial.Normal(pos_embed, 0.02, InitialStream(seed, "pos_embed"));
        Initial.Normal(head.weight, 0.02, InitialStream(seed, "head.weight"));
        Initial.Constant(head.bias!, 0);
        patch_embed.InitialiseLeCun(InitialStream(seed, "patch_embed.proj.weight"));
        for (int i = 0; i < layers.Length; i++)
        {
            int block = i;
            layers[i].Initialise(config.Depth, part => InitialStream(seed, $"layers.{block}.{part}"));
        }
        Initial.Constant(norm_f.Weight, 1);
    }

    /// <inheritdoc/>
    public override bool OrdersTokens => true;

    /// <summary>Runs a block; now and then in training on shuffled tokens, whose order is put back behind it.</summary>
    private (Tensor, Tensor) InOrderOf(int block, Tensor stream, Tensor branch, Func<Tensor, Tensor, (Tensor, Tensor)> run)
    {
        if (!training || TokenShuffle == 0) return run(stream, branch);
        RandomStream draws = RandomStream.For(StepKey.Seed, "token-shuffle", StepKey.Step, block);
        if (draws.NextDouble() >= TokenShuffle * (block + 1) / config.Depth) return run(stream, branch);
        int[] order = draws.Permutation((int)stream.shape[1]), back = new int[order.Length];
        for (int i = 0; i < order.Length; i++) back[order[i]] = i;
        Tensor there = tensor([.. order.Select(i => (long)i)], device: stream.device),
            home = tensor([.. back.Select(i => (long)i)], device: stream.device);
        (Tensor x, Tensor y) = run(stream.index_select(1, there), branch.index_select(1, there));
        return (x.index_select(1, home), y.index_select(1, home));
    }

    /// <summary>Rate of block i: element i of [0] followed by linspace(0, rate, depth), so blocks 0 and 1 both have 0.</summary>
    private double BlockRate(int block) => block < 2 || config.Depth < 2 ? 0 : config.DropPath * (block - 1) / (config.Depth - 1);

    private Tensor Dropped(Tensor hidden, double rate, int layer) =>
        DropPath.Apply(hidden, rate, training, StepKey, layer, FirstOfStep);
}
