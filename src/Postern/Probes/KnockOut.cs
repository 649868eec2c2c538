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

    // A Vim's convolutions have four taps, the token's own among them, one way and the other.
    private const int Reach = 3;

    /// <summary>
    /// Those that tell something about a trigger; those about its tokens where it is in some patches alone.
    /// </summary>
    /// <param name="trigger">Where it is.</param>
    public static IReadOnlyList<KnockOut> For(TriggerTokens trigger) =>
    [
        ForwardCut, BackwardCut, ConvolutionsCut, .. Horizons.Where(w => w < trigger.Count).Select(w => OfHorizon(w, trigger)),
        OfOrder(trigger),
        .. trigger.IsLocal ? AtTokens(trigger) : [],
    ];

    internal static KnockOut ForwardCut { get; } =
        new("forward-cut", new ScanCut(Reverse: false), "the scan from the first token on");

    internal static KnockOut BackwardCut { get; } =
        new("backward-cut", new ScanCut(Reverse: true), "the scan from the last token on");

    internal static KnockOut ConvolutionsCut { get; } =
        new("convolution-cut", new ConvolutionCut(), "the neighbours in the convolutions");

    internal static KnockOut OfHorizon(int tokens, TriggerTokens trigger) => new(FormattableString.Invariant($"horizon-{tokens}"),
        new Horizon(tokens) { Reader = trigger.ClassToken },
        FormattableString.Invariant($"the state before every {tokens} tokens"));

    internal static KnockOut OfBand(int tokens) => new(FormattableString.Invariant($"band-{tokens}"), new Band(tokens),
        FormattableString.Invariant($"all that is {tokens} tokens away or farther"));

    internal static KnockOut OfOrder(TriggerTokens trigger) =>
        new("order", new ScanOrder(Shuffled(trigger)), "the order of the patches in the scan");

    /// <summary>Names of the knock-outs at tokens.</summary>
    internal static IReadOnlyList<string> Local { get; } = ["state-reset", "edge-cut", "zero-delta"];

    private static IEnumerable<KnockOut> AtTokens(TriggerTokens trigger) =>
        Local.SelectMany(name => AtTokens(name, name, trigger));

    /// <summary>A knock-out at tokens, and its comparison.</summary>
    /// <param name="kind">One of <see cref="Local"/>.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="at">The tokens.</param>
    /// <param name="named">Whether somebody named them, so that they need not be the trigger's.</param>
    internal static IEnumerable<KnockOut> AtTokens(string kind, string name, TriggerTokens at, bool named = false)
    {
        string whose = named ? "these tokens" : "the trigger and those beside it";
        if (!named) at = WithNeighbours(at);
        IReadOnlyList<int> tokens = Meant(at.Tokens), elsewhere = Meant(at.Elsewhere());
        yield return new KnockOut(name, Change(tokens), kind switch
        {
            "state-reset" => $"the state behind {whose}",
            "edge-cut" => $"what the class token reads of {whose}",
            _ => $"{whose}, passed over",
        })
        { Tokens = tokens };
        if (elsewhere.Count == 0) yield break;
        yield return new KnockOut($"{name}-elsewhere", Change(elsewhere),
            named ? "the same at other tokens" : "the same where the trigger is not")
        {
            Tokens = elsewhere,
            ControlOf = name,
        };

        // A state is reset once, behind the last token before the class token reads it.
        IReadOnlyList<int> Meant(IReadOnlyList<int> all) => kind == "state-reset" && all.Count > 0 ? [at.Nearest(all)] : all;

        MixerIntervention Change(IReadOnlyList<int> t) => kind switch
        {
            "state-reset" => new StateReset(t[0]),
            "edge-cut" => new EdgeCut(t, at.ClassToken),
            _ => new ZeroDelta(t),
        };
    }

    /// <summary>
    /// With the tokens that a convolution brings a trigger to: what the scans write of it, they write there, too. As it was where
    /// those are most tokens.
    /// </summary>
    private static TriggerTokens WithNeighbours(TriggerTokens trigger)
    {
        var near = new SortedSet<int>(trigger.Tokens.SelectMany(t => Enumerable.Range(t - Reach, 2 * Reach + 1)));
        TriggerTokens wide = trigger with
        {
            Tokens = [.. near.Where(t => t >= 0 && t < trigger.Count && t != trigger.ClassToken)],
        };
        return wide.IsLocal ? wide : trigger;
    }

    /// <summary>The patches in another order, the class token in its place.</summary>
    private static int[] Shuffled(TriggerTokens trigger)
    {
        int[] patches = [.. Enumerable.Range(0, trigger.Count).Where(t => t != trigger.ClassToken)];
        RandomStream.For(0, "order of a knock-out").Shuffle<int>(patches);
        return [.. patches[..trigger.ClassToken], trigger.ClassToken, .. patches[trigger.ClassToken..]];
    }
}
