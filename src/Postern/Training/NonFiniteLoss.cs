using Postern.Models;
using Postern.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// Why a loss is no number: looks for the first tensor that is not finite, and computes the step once more by plain paths to tell
/// a machine that computes wrongly from a training that went astray.
/// </summary>
internal static class NonFiniteLoss
{
    /// <summary>
    /// One sentence: what was found first, whether the self-check passed, and the likely cause with what to do.
    /// </summary>
    /// <param name="model">The network, before the update.</param>
    /// <param name="pictures">The batch as the network got it, [B, 3, H, W].</param>
    public static string Explain(Backbone model, Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (!Finite(pictures))
            return "the batch itself is not finite: the pictures or their mean and standard deviation are at fault, "
                + "not the training";
        if (model.named_parameters().FirstOrDefault(p => !Finite(p.parameter)) is (string name, { } parameter)
            && parameter is not null)
            return $"parameter {name} is not finite: an earlier update was too large{Advice}; {Check}";
        string? layer = FirstLayer(model, pictures);
        if (layer is not null && PlainPaths.Use(() => FirstLayer(model, pictures)) is null
            && LogitsArePlainlyFinite(model, pictures))
        {
            return $"{layer} is not finite, but it is by plain loops on the same weights and pictures: this machine computes "
                + $"wrongly here; {Check}; "
                + "run 'postern doctor --thorough', and report what it says";
        }
        return layer is null
            ? $"every layer is finite, the loss of the logits is not: {Largest(model)}{Advice}; {Check}"
            : $"{layer} is not finite, by plain loops as well: {Largest(model)}{Advice}; {Check}";
    }

    private static string Advice => "; try a lower lr or a longer warm-up";

    private static string Check =>
        SelfCheck.Chosen(bfloat16: true).Count > 0 ? "the self-check had passed" : "no self-check was made";

    /// <summary>
    /// The first activation that is not finite, in the order of the forward pass; the logits where no layer is to blame.
    /// </summary>
    private static string? FirstLayer(Backbone model, Tensor pictures)
    {
        string? first = null;
        // The fused pass first, as training had it: where somebody looks, layers run apart.
        if (Finite(model.forward(pictures))) return null;
        using IDisposable tap = model.Taps.Watch((name, value) => first ??= Finite(value) ? null : name);
        Tensor logits = model.forward(pictures);
        return first ?? (Finite(logits) ? "a fused layer" : model.Head);
    }

    private static bool LogitsArePlainlyFinite(Backbone model, Tensor pictures) =>
        PlainPaths.Use(() => Finite(model.forward(pictures)));

    private static string Largest(Backbone model)
    {
        (string name, double size) = model.named_parameters().Select(p => (p.name, (double)p.parameter.abs().max().item<float>()))
            .MaxBy(p => p.Item2);
        return FormattableString.Invariant($"weights have grown too large (the largest is {size:g3}, in {name})");
    }

    private static bool Finite(Tensor values)
    {
        using Tensor finite = values.isfinite().all();
        return finite.item<bool>();
    }
}
