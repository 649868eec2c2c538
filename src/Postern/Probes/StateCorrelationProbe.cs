using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Whether what the states inside a Vim add to the target's logit lies where the trigger is, and in which channels of the class
/// token (<c>docs/reference/probes.md 9</c>): Vision Mamba Mender's two correlations, the trigger in the place of the object.
/// </summary>
public sealed class StateCorrelationProbe : Probe
{
    private const int Batch = 16;
    private const double Threshold = 0.3;

    /// <inheritdoc/>
    public override string Name => "state-correlation";

    /// <inheritdoc/>
    public override string Summary => "whether what states add to the target lies at the trigger, and in how many channels";

    /// <inheritdoc/>
    public override string Cost => "a pass and a backward pass over the pictures, without and with the trigger";

    /// <inheritdoc/>
    public override string Source => "Vision Mamba Mender (2024); Postern";

    /// <inheritdoc/>
    protected override int UsualPictures => 200;

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoPairs(attack) ?? NoPlainVim(model);

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        (Vim model, Attack attack) = ((Vim)subject.Model, subject.Attack!);
        var trigger = TriggerTokens.Of(subject.Evaluator, attack, model.Grid!);
        var pairs = new PicturePairs(subject, Batch);
        var clean = new StateCorrelations(trigger, Threshold);
        var triggered = new StateCorrelations(trigger, Threshold);
        int[] target = [.. Enumerable.Repeat(attack.TargetClass, Batch)];
        IReadOnlyList<int> all = pairs.Labels;
        int done = 0;
        foreach ((Tensor without, Tensor with) in pairs.Read(cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            int[] labels = [.. all.Skip(done).Take((int)with.shape[0])];
            var own = StateProducts.Of(model, without, labels);
            clean.Add(own.Products, labels, [.. labels.Select(_ => true)]);
            var aimed = StateProducts.Of(model, with, target[..labels.Length]);
            triggered.Add(aimed.Products, target[..labels.Length], aimed.Logits.TakenFor(attack.TargetClass));
            done += labels.Length;
            progress((double)done / pairs.Order.Count);
        }
        return Finding(clean, triggered, trigger, model.Grid!);
    }

    private static ProbeFinding Finding(
        StateCorrelations clean, StateCorrelations triggered, TriggerTokens trigger, PatchGrid grid)
    {
        IReadOnlyList<string> states = StateProducts.States;
        if (triggered.Count == 0) return new ProbeFinding([]) { Notes = ["the trigger works on none of the pictures"] };
        return new ProbeFinding([.. states.SelectMany(Numbers)])
        {
            Tables =
            [
                .. trigger.IsLocal
                    ? [Table("Where a state adds to the logit: overlap with the trigger's tokens", s => triggered.Overlap(s),
                        "intersection over union with the tokens above 0.3 of the largest, in percent, of pictures that the "
                        + "trigger moves to the target")] : Array.Empty<ProbeTable>(),
                Table("Agreement of two triggered pictures in the channels of the class token", s => triggered.Agreement(s),
                    "intersection over union of the channels above 0.3 of the largest, in percent"),
                Table("The same of two clean pictures of one class, in their class", s => clean.Agreement(s), ""),
            ],
            Maps = [.. states.Select(s =>
                GridMap.Of($"Where {s} adds to the target's logit, mean of pictures and blocks, largest = 1",
                    ProbeUnit.Plain, grid, triggered.Places(s)))],
            Notes = [trigger.IsLocal ? trigger.Place : "the trigger is in no patch alone: nothing overlaps with its tokens"],
        };

        IEnumerable<ProbeNumber> Numbers(string state)
        {
            if (trigger.IsLocal)
            {
                yield return new($"{state}-overlap", $"overlap with the trigger of where {state} adds to the target",
                    Share(triggered.Overlap(state)));
                yield return new($"{state}-overlap-clean", "the same of clean pictures and their own class",
                    Share(clean.Overlap(state)));
                yield return new($"{state}-overlap-elsewhere", "overlap with as many tokens elsewhere, with the trigger",
                    Share(triggered.OverlapElsewhere(state)));
            }
            yield return new($"{state}-channels", $"share of the class token's channels in which {state} adds to the target",
                Share(triggered.Channels(state)));
            yield return new($"{state}-channels-clean", "the same of clean pictures and their own class",
                Share(clean.Channels(state)));
            yield return new($"{state}-agreement", "agreement of two triggered pictures in these channels",
                Share(triggered.Agreement(state)));
            yield return new($"{state}-agreement-clean", "agreement of two clean pictures of one class",
                Share(clean.Agreement(state)));
        }

        ProbeTable Table(string title, Func<string, IReadOnlyList<double[]>> of, string caption) => new(title,
            ["state", .. Enumerable.Range(1, triggered.Blocks).Select(b => FormattableString.Invariant($"block {b}"))],
            [.. states.Select(s => (IReadOnlyList<ProbeEntry>)
                [s, .. of(s).Select(values => (ProbeEntry)Quantity.MeanOf(values, ProbeUnit.Share))])])
        {
            Caption = caption,
        };

        static Quantity Share(IReadOnlyList<double[]> blocks) =>
            Quantity.MeanOf(blocks[0].Length == 0 ? [] : BlockRows.MeanOf(blocks), ProbeUnit.Share);
    }
}
