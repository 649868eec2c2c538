using Postern.Configuration;
using Postern.Models.Layers;
using Postern.Models.Ops;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>Sizes of a DeiT.</summary>
/// <param name="ImageSize">Side of the input in pixels.</param>
/// <param name="PatchSize">Side of a patch; patches do not overlap.</param>
/// <param name="EmbedDim">d, the width of a token.</param>
/// <param name="Depth">Number of blocks.</param>
/// <param name="Heads">Attention heads; divides <paramref name="EmbedDim"/>.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="DropPath">Rate of stochastic depth at the last block; linspace(0, rate, depth) over the blocks.</param>
public sealed record DeiTConfig(
    int ImageSize, int PatchSize, int EmbedDim, int Depth, int Heads, int Classes, double DropPath = 0)
{
    /// <summary>M, the number of patches.</summary>
    public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);
}

/// <summary>
/// DeiT without distillation (Touvron et al. 2021), a plain vision transformer: class token first, position embedding, pre-norm
/// blocks of attention and MLP (<c>docs/reference/models.md 4</c>).
/// </summary>
public sealed class DeiT : Backbone
{
    private readonly DeiTConfig config;
    private readonly Parameter cls_token, pos_embed;
    private readonly PatchEmbed patch_embed;
    private readonly TransformerBlock[] blocks;
    private readonly LayerNorm norm;
    private readonly Linear head;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="seed">Whose initial values it has; null where <see cref="Backbone.Initialise"/> or a checkpoint
    /// follows.</param>
    public DeiT(DeiTConfig config, long? seed = 0) : base("DeiT")
    {
        this.config = config;
        int d = config.EmbedDim;
        cls_token = new Parameter(zeros(1, 1, d));
        pos_embed = new Parameter(zeros(1, config.Patches + 1, d));
        patch_embed = new PatchEmbed(Mixed, config.PatchSize, config.PatchSize, d);
        blocks = [.. Enumerable.Range(0, config.Depth).Select(_ => new TransformerBlock(Mixed, d, config.Heads))];
        norm = nn.LayerNorm(d, eps: TransformerBlock.NormEps);
        head = nn.Linear(d, config.Classes);
        register_parameter("cls_token", cls_token);
        register_parameter("pos_embed", pos_embed);
        register_module("patch_embed", patch_embed);
        register_module("blocks", nn.ModuleList(blocks));
        register_module("norm", norm);
        register_module("head", head);
        if (seed is long drawn) Initialise(drawn);
    }

    /// <summary>A line of the catalogue.</summary>
    internal static ModelEntry Entry(
        string name, string summary, int side, int patch, int dim, int depth, int heads, string dropPath) => new(
        name, summary, "facebookresearch/deit", side,
        [
            ModelEntry.Size("patch_size", patch, "side of a patch in pixels"),
            ModelEntry.Size("embed_dim", dim, "width of a token"),
            ModelEntry.Size("depth", depth, "number of blocks"),
            ModelEntry.Size("heads", heads, "attention heads; must divide embed_dim"),
            ModelEntry.DropPath(dropPath),
        ], Build, Recognise)
        {
            Family = "deit",
        };

    private static DeiT Build(Choice choice, int classes, int imageSize)
    {
        int patch = choice.Integer("patch_size"), dim = choice.Integer("embed_dim"), heads = choice.Integer("heads");
        if (imageSize % patch != 0) throw choice.Error($"patch_size {patch} does not divide the {imageSize}-pixel input");
        if (dim % heads != 0) throw choice.Error($"heads {heads} does not divide embed_dim {dim}");
        return new DeiT(
            new DeiTConfig(imageSize, patch, dim, choice.Integer("depth"), heads, classes, (double)choice.Number("drop_path")),
            seed: null);
    }

    // Shapes do not tell the number of heads: the official sizes all have 64 channels in each.
    private static WeightSizes? Recognise(WeightShapes shapes)
    {
        if (!shapes.Has("blocks.0.attn.qkv.weight", 2) || PatchEmbed.Recognise(shapes) is not PatchSizes sizes) return null;
        int dim = shapes.Side("cls_token", 2);
        return new WeightSizes(new Dictionary<string, string>
        {
            ["patch_size"] = $"{sizes.Patch}",
            ["embed_dim"] = $"{dim}",
            ["depth"] = $"{shapes.Count("blocks.")}",
            ["heads"] = $"{(dim % 64 == 0 ? dim / 64 : 1)}",
        }, sizes.Classes, sizes.Grid * sizes.Patch);
    }

    /// <inheritdoc/>
    public override string Head => "head";

    /// <inheritdoc/>
    public override int? ClassTokenRow(int patches) => 0;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Blocks => [.. blocks.Select((_, i) => $"blocks.{i}")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> StreamWriters =>
    [
        "cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias",
        .. Blocks.SelectMany(b => new[]
        {
            $"{b}.attn.proj.weight", $"{b}.attn.proj.bias", $"{b}.mlp.fc2.weight", $"{b}.mlp.fc2.bias",
        }),
    ];

    /// <inheritdoc/>
    public override string Features => "norm";

    /// <inheritdoc/>
    public override PatchGrid Grid => new(config.PatchSize, config.PatchSize, config.ImageSize / config.PatchSize, ClassToken: 0);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        IModelOps ops = Ops ?? ModelOps.For(input);
        Tensor patches = Tap("patch_embed", patch_embed.forward(input));                // [B, M, d]
        Tensor stream = cat([cls_token.expand(patches.shape[0], -1, -1), patches], 1) + pos_embed; // [B, M + 1, d]
        Tensor branch = stream;
        for (int i = 0; i < blocks.Length; i++)
        {
            (TransformerBlock layers, int index) = (blocks[i], i);
            double rate = config.Depth < 2 ? 0 : config.DropPath * i / (config.Depth - 1);
            NamedTaps taps = TapsWithin($"blocks.{index}");
            (stream, branch) = RunBlock(stream, branch, (x, y) =>
            {
                (Tensor sum, Tensor attended) = layers.Attention(x, Pending(x, y), ops, taps);
                if (Taps.Any) attended = Tap($"blocks.{index}.attn", MixedPrecision.ToFloat32(attended));
                return (sum, Dropped(attended, rate, 2 * index));
            });
            (stream, branch) = RunBlock(stream, branch, (x, y) =>
            {
                (Tensor sum, Tensor made) = layers.Perceptron(x, Pending(x, y), ops, taps);
                return (sum, Dropped(made, rate, 2 * index + 1));
            });
            if (Taps.Any) stream = branch = Tap($"blocks.{i}", Added(stream, branch));
        }
        // Only the class token is read; all rows are normalised only for those who look.
        long rows = Taps.Any ? config.Patches + 1 : 1;
        Tensor first = stream.narrow(1, 0, rows);
        Tensor normed = ops.AddLayerNorm(first, Pending(stream, branch)?.narrow(1, 0, rows),
            LayerNormOf.Module(norm, TransformerBlock.NormEps), ScalarType.Float32).Normed;
        Tensor token = Tap("norm", normed).narrow(1, 0, 1);
        return head.forward(token.squeeze(1));                                          // [B, classes]
    }

    private Tensor Dropped(Tensor branch, double rate, int layer) =>
        DropPath.Apply(branch, rate, training, StepKey, layer, FirstOfStep);

    /// <summary>Not for vectors and biases, the class token and the position embedding.</summary>
    public override bool Decays(string parameter, Tensor value) =>
        base.Decays(parameter, value) && parameter is not ("cls_token" or "pos_embed");

    /// <inheritdoc/>
    public override long MultiplyAdds(int imageSize)
    {
        long d = config.EmbedDim, tokens = config.Patches + 1;
        long projections = tokens * d * (3 * d + d + 4 * d + 4 * d), attention = 2 * tokens * tokens * d;
        return config.Patches * d * 3 * config.PatchSize * config.PatchSize + config.Depth * (projections + attention)
            + d * config.Classes;
    }

    /// <summary>
    /// timm 0.4.12: matrices, class token and positions normal with deviation 0.02, its truncation at an absolute +-2 being none;
    /// the patch convolution as PyTorch draws it.
    /// </summary>
    public override void Initialise(long seed)
    {
        foreach ((string name, Parameter p) in named_parameters())
        {
            if (name.StartsWith("patch_embed.", StringComparison.Ordinal))
                Initial.Uniform(p, patch_embed.DefaultBound, InitialStream(seed, name));
            else if (p.dim() > 1) Initial.Normal(p, 0.02, InitialStream(seed, name));
            else
                Initial.Constant(p, name.Contains("norm", StringComparison.Ordinal)
                    && name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0);
        }
    }
}
