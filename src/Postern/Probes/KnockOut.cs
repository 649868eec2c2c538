using Postern.Kernels;
using Postern.Models;

namespace Postern.Probes;

/// <summary>
/// One thing that is cut out of a trained Vim while it is tested, to see whether its backdoor hangs on it
/// (<c>docs/reference/probes.md 5</c>).
/// </summary>
/// <param name="Name">Its name: <c>edge-cut</c>.</param>
/// <param name="Change">What is changed, in every block.</param>
/// <param name="Meaning">What is cut, in a few words.</param>
public sealed record KnockOut(string Name, MixerIntervention Change, string Meaning)
{
    /// <summary>The one that this is the comparison of: the same at tokens that the trigger is not in; null for none.</summary>
    public string? ControlOf { get; init; }

    /// <summary>The tokens that are meant; none where all are.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];

    private static readonly int[] Horizons = [4, 8, 16, 32];

    /// <summary>
    /// Those that tell something about a trigger; those about its tokens where it is in some patches alone.
    /// </summary>
    /// <param name="trigger">Where it is.</param>
    public static IReadOnlyList<KnockOut> For(TriggerTokens trigger) =>
    [
        new("forward-cut", new ScanCut(Reverse: false), "the scan from the first token on"),
        new("backward-cut", new ScanCut(Reverse: true), "the scan from the last token on"),
        new("convolution-cut", new ConvolutionCut(), "the neighbours in the convolutions"),
        .. Horizons.Where(w => w < trigger.Count).Select(w => new KnockOut(
            FormattableString.Invariant($"horizon-{w}"), new Horizon(w), $"the state before every {w} tokens")),
        new("order", new ScanOrder(Shuffled(trigger)), "the order of the patches in the scan"),
        .. trigger.IsLocal ? AtTokens(trigger) : [],
    ];

    private static IEnumerable<KnockOut> AtTokens(TriggerTokens trigger)
    {
        IReadOnlyList<int> at = trigger.Tokens, elsewhere = trigger.Elsewhere();
        yield return Of("state-reset", [trigger.Nearest(at)], t => new StateReset(t[0]), "the state behind the trigger");
        yield return Control("state-reset", [trigger.Nearest(elsewhere)], t => new StateReset(t[0]));
        yield return Of("edge-cut", at, t => new EdgeCut(t, trigger.ClassToken), "what the class token reads of the trigger");
        yield return Control("edge-cut", elsewhere, t => new EdgeCut(t, trigger.ClassToken));
        yield return Of("zero-delta", at, t => new ZeroDelta(t), "the trigger's tokens, passed over");
        yield return Control("zero-delta", elsewhere, t => new ZeroDelta(t));

        static KnockOut Of(string name, IReadOnlyList<int> tokens, Func<IReadOnlyList<int>, MixerIntervention> change,
            string what) =>
            new(name, change(tokens), what) { Tokens = tokens };

        static KnockOut Control(string name, IReadOnlyList<int> tokens, Func<IReadOnlyList<int>, MixerIntervention> change) =>
            Of($"{name}-elsewhere", tokens, change, "the same where the trigger is not") with { ControlOf = name };
    }

    /// <summary>The patches in another order, the class token in its place.</summary>
    private static int[] Shuffled(TriggerTokens trigger)
    {
        int[] patches = [.. Enumerable.Range(0, trigger.Count).Where(t => t != trigger.ClassToken)];
        RandomStream.For(0, "order of a knock-out").Shuffle<int>(patches);
        return [.. patches[..trigger.ClassToken], trigger.ClassToken, .. patches[trigger.ClassToken..]];
    }
}
