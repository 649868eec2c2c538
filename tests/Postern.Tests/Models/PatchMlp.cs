using Postern.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>A perceptron over each patch and a mean over all of them: [B, 3, H, W] to [B, classes].</summary>
public sealed class PatchMlp : Backbone
{
    private readonly Conv2d embed;
    private readonly Linear fc, head;

    /// <summary>Builds the network with the initial values of seed 0.</summary>
    public PatchMlp(int patchSize, int embedDim, int classes) : base("PatchMlp")
    {
        embed = nn.Conv2d(3, embedDim, patchSize, stride: patchSize);
        fc = nn.Linear(embedDim, embedDim);
        head = nn.Linear(embedDim, classes);
        RegisterComponents();
        Initialise(0);
    }

    /// <summary>A line of the catalogue.</summary>
    internal static ModelEntry Entry(string name, string summary, int patch, int dim) => new(
        name, summary, "none, an example", InputSide: 32,
        [ModelEntry.Size("patch_size", patch, "side of a patch in pixels"),
            ModelEntry.Size("embed_dim", dim, "width of a patch")],
        (choice, classes, imageSize) => choice.Integer("patch_size") <= imageSize
            ? new PatchMlp(choice.Integer("patch_size"), choice.Integer("embed_dim"), classes)
            : throw choice.Error($"patch_size {choice.Integer("patch_size")} is larger than the {imageSize}-pixel input"),
        shapes => shapes.Has("embed.weight", 4) && shapes.Has("fc.weight", 2) && shapes.Has("head.weight", 2)
            ? new WeightSizes(
                new Dictionary<string, string>
                {
                    ["patch_size"] = shapes.Text("embed.weight", 2),
                    ["embed_dim"] = shapes.Text("embed.weight", 0)
                },
                shapes.Side("head.weight", 0), ImageSize: 0)
            : null)
    {
        Family = "patch-mlp",
    };

    /// <inheritdoc/>
    public override string Head => "head";

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        Tensor patches = Tap("embed", embed.forward(input).flatten(2).transpose(1, 2)); // [B, M, d]
        Tensor mixed = nn.functional.gelu(fc.forward(patches));             // [B, M, d]
        return head.forward(mixed.mean([1]));                               // [B, classes]
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(int imageSize)
    {
        long side = imageSize / embed.weight.shape[2];
        return side * side * (embed.weight.numel() + fc.weight.numel()) + head.weight.numel();
    }

    /// <summary>Normal with deviation 0.02; biases 0.</summary>
    public override void Initialise(long seed)
    {
        foreach ((string name, Parameter p) in named_parameters())
        {
            if (p.dim() > 1) Initial.Normal(p, 0.02, InitialStream(seed, name));
            else Initial.Constant(p, 0);
        }
    }
}
