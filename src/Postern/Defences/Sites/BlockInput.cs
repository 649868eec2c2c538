using Postern.Models;
using TorchSharp.Modules;

namespace Postern.Defences.Sites;

/// <summary>The layer by which a block takes in what it works on: the stream behind its first norm.</summary>
/// <param name="Weight">[out, channels], or [out, channels, k, k] of a convolution.</param>
/// <param name="Bias">[out]; null where it has none.</param>
internal sealed record BlockInput(Parameter Weight, Parameter? Bias)
{
    private const string WeightName = ".weight";

    /// <summary>How many channels it takes in.</summary>
    public int Channels => (int)Weight.shape[1];

    /// <summary>
    /// ResNet's first convolution of the block, DeiT's query, key and value, Vim's input projection, MambaOut's first linear
    /// layer.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="fromEnd">Which block: 1 for the last.</param>
    /// <exception cref="NotApplicableException">The network has no such block.</exception>
    public static BlockInput Of(Backbone model, int fromEnd)
    {
        string layer = model switch
        {
            ResNet => ".conv1",
            DeiT => ".attn.qkv",
            Vim => ".mixer.in_proj",
            MambaOut => ".fc1",
            _ => throw new NotApplicableException($"what a {model.GetType().Name} computes inside is not known to it"),
        };
        string[] names =
        [
            .. model.named_parameters().Select(p => p.name)
                .Where(n => n.EndsWith(layer + WeightName, StringComparison.Ordinal)
                    && !n.StartsWith("head.", StringComparison.Ordinal)),
        ];
        if (fromEnd > names.Length) throw new NotApplicableException($"the model has {names.Length} blocks");
        string name = names[^fromEnd][..^WeightName.Length];
        return new BlockInput(model.get_parameter(name + WeightName)!,
            model.named_parameters().FirstOrDefault(p => p.name == $"{name}.bias").parameter);
    }
}
