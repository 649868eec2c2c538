using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Defences.Sites;

/// <summary>
/// Feature maps at a third, two thirds and the end of a network's depth as [B, C, h, w], the class token left out, and its
/// features before the classifier.
/// </summary>
internal static class FeatureMaps
{
    /// <summary>Runs the model and keeps the three maps.</summary>
    /// <exception cref="NotApplicableException">The network shows no such maps.</exception>
    public static (Tensor Logits, IReadOnlyList<Tensor> Maps) Of(Backbone model, Tensor input)
    {
        string[] names = Names(model);
        var seen = new Dictionary<string, Tensor>();
        using IDisposable watch =
            model.Taps.Watch((name, value) => seen[name] = value, name => names.Any(n => Parts(n).Contains(name)));
        Tensor logits = model.forward(input);
        return (logits, [.. names.Select(n => Map(model, Parts(n).Select(p => seen[p]).Aggregate((a, b) => a + b)))]);
    }

    /// <summary>The features that the classifier is given, before MambaOut's perceptron: [B, d].</summary>
    /// <exception cref="NotApplicableException">The network shows no such features.</exception>
    public static Tensor Penultimate(Backbone model, Tensor input)
    {
        string tap = PenultimateTap(model);
        Tensor? seen = null;
        using (model.Taps.Watch((_, value) => seen = value, name => name == tap)) model.forward(input);
        return model is DeiT ? seen!.select(1, 0) : seen!.flatten(1);
    }

    /// <summary>Width of the features that the classifier is given.</summary>
    public static int PenultimateWidth(Backbone model) =>
        (int)model.get_parameter(model is MambaOut ? "head.fc1.weight" : $"{model.Head}.weight")!.shape[1];

    /// <summary>Logits that give gradients to the classifier alone: the features before it are taken as they are.</summary>
    /// <exception cref="NotApplicableException">The network shows no such features.</exception>
    public static Tensor LogitsOfClassifier(Backbone model, Tensor input)
    {
        string tap = PenultimateTap(model);
        using (model.Taps.Replace(name => name == tap, (_, value) => value.detach())) return model.forward(input);
    }

    private static string PenultimateTap(Backbone model) => model switch
    {
        ResNet => "avgpool",
        DeiT or MambaOut => "norm",
        Vim => "features",
        _ => throw Unknown(model),
    };

    /// <summary>Tokens without the one of the class, row-major, as maps.</summary>
    /// <param name="tokens">[B, L, C].</param>
    /// <param name="classToken">Its row.</param>
    internal static Tensor OfTokens(Tensor tokens, int classToken)
    {
        long side = (long)Math.Round(Math.Sqrt(tokens.shape[1] - 1));
        Tensor patches =
            cat([tokens.narrow(1, 0, classToken), tokens.narrow(1, classToken + 1, tokens.shape[1] - classToken - 1)], 1);
        return patches.transpose(1, 2).reshape(tokens.shape[0], tokens.shape[2], side, side);
    }

    private static Tensor Map(Backbone model, Tensor shown) => model switch
    {
        DeiT or Vim => OfTokens(shown, model.ClassTokenRow((int)shown.shape[1] - 1)!.Value),
        MambaOut => shown.permute(0, 3, 1, 2),
        _ => shown,
    };

    /// <summary>Names of taps; where a stream is kept in two parts, both.</summary>
    private static string[] Names(Backbone model)
    {
        switch (model)
        {
            case ResNet: return ["layer2.1", "layer3.1", "layer4.1"];
            case DeiT: return [.. Thirds(Count(model, "blocks.")).Select(i => $"blocks.{i}")];
            case Vim: return [.. Thirds(Count(model, "layers.")).Select(i => $"layers.{i}.residual+layers.{i}.hidden")];
            case MambaOut:
                int stages = Count(model, "stages.");
                return [.. Enumerable.Range(Math.Max(0, stages - 3), Math.Min(3, stages))
                    .Select(s => $"stages.{s}.{Count(model, $"stages.{s}.") - 1}")];
            default: throw Unknown(model);
        }
    }

    private static string[] Parts(string name) => name.Split('+');

    private static IEnumerable<int> Thirds(int depth) => new[] { depth / 3 - 1, 2 * depth / 3 - 1, depth - 1 }
        .Select(i => Math.Max(0, i)).Distinct();

    private static int Count(Backbone model, string prefix) => model.named_parameters()
        .Where(p => p.name.StartsWith(prefix, StringComparison.Ordinal)).Select(p => p.name[prefix.Length..].Split('.')[0])
        .Distinct().Count();

    private static NotApplicableException Unknown(Backbone model) =>
        new($"what a {model.GetType().Name} computes inside is not known to it");
}
