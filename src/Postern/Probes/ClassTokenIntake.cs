using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// What the class token takes in of each token in one block, [B, L] each: magnitudes of its row of a mixer's matrix in the mean
/// of channels (<c>docs/reference/probes.md 1</c>), or of its row of attention in the mean of heads.
/// </summary>
/// <param name="Whole">All of it.</param>
/// <param name="State">What goes through the state alone; null for attention.</param>
/// <param name="Convolution">What goes past the state, through the convolution alone; null for attention.</param>
internal sealed record ClassTokenIntake(Tensor Whole, Tensor? State, Tensor? Convolution)
{
    /// <summary>That of every block, and the logits, for some pictures.</summary>
    /// <param name="model">A Vim without controls, or a DeiT.</param>
    /// <param name="pictures">[B, 3, S, S].</param>
    public static (IReadOnlyList<ClassTokenIntake> Blocks, Tensor Logits) Of(Backbone model, Tensor pictures)
    {
        // What a pass that is watched makes is large, and let go of behind it.
        using DisposeScope scope = NewDisposeScope();
        int reader = model.Grid!.ClassToken;
        List<ClassTokenIntake> blocks = [];
        MixerAttention? forward = null;
        using IDisposable scans = model.Taps.WatchScans((_, scan) =>
        {
            var mixer = MixerAttention.Of(scan, [reader]);
            if (!scan.Reverse) forward = mixer;
            else
            {
                blocks.Add(new ClassTokenIntake(Mean(forward!.Lambda(), mixer.Lambda()),
                    Mean(forward.ThroughState(), mixer.ThroughState()),
                    Mean(forward.ThroughConvolution(), mixer.ThroughConvolution())));
            }
        });
        using IDisposable attentions = model.Taps.Watch((_, weights) => // [B, heads, L, L]
            blocks.Add(new ClassTokenIntake(weights.select(2, reader).mean([1L]), null, null)),
            name => name.EndsWith(".attn.weights", StringComparison.Ordinal));
        Tensor logits = model.forward(pictures);
        foreach (Tensor kept in blocks.SelectMany(b => new[] { b.Whole, b.State, b.Convolution }).OfType<Tensor>().Append(logits))
            kept.MoveToOuterDisposeScope();
        return (blocks, logits);
    }

    /// <summary>Of the mean of both directions' matrices, [B, E, 1, L] each.</summary>
    private static Tensor Mean(Tensor forward, Tensor backward) => ((forward + backward) / 2).abs().mean([1L]).squeeze(1);
}
