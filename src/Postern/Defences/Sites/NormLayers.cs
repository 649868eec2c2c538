using Postern.Models;
using TorchSharp.Modules;

namespace Postern.Defences.Sites;

/// <summary>A norm of a block: its scale and, where it has one, its shift.</summary>
/// <param name="Name">Official name of the layer.</param>
/// <param name="Scale">gamma, [C].</param>
/// <param name="Shift">beta, [C]; null for an RMS norm.</param>
/// <param name="IsBatchNorm">Whether it normalises over the batch, with running statistics.</param>
internal sealed record NormLayer(string Name, Parameter Scale, Parameter? Shift, bool IsBatchNorm);

/// <summary>
/// The norms inside the blocks of a backbone, in the order of the forward pass. The norm before the classifier is none of them:
/// its scale multiplies all logits alike. Nor are those between MambaOut's stages, which belong to no block.
/// </summary>
internal static class NormLayers
{
    private const string Weight = ".weight";
    private static readonly string[] Blocks = ["blocks.", "layers.", "stages."];

    /// <summary>The norms of <paramref name="model"/>; empty where its blocks have none.</summary>
    public static IReadOnlyList<NormLayer> Of(Backbone model)
    {
        Dictionary<string, Parameter> parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        HashSet<string> running =
        [
            .. model.named_buffers().Select(b => b.name).Where(n => n.EndsWith(".running_var", StringComparison.Ordinal))
                .Select(n => n[..^".running_var".Length]),
        ];
        return
        [
            .. from p in model.named_parameters()
               where p.name.EndsWith(Weight, StringComparison.Ordinal) && p.parameter.dim() == 1
               let name = p.name[..^Weight.Length]
               where running.Contains(name) || Array.Exists(Blocks, b => name.StartsWith(b, StringComparison.Ordinal))
               select new NormLayer(name, p.parameter, parameters.GetValueOrDefault($"{name}.bias"), running.Contains(name)),
        ];
    }
}
