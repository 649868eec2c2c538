using System.Globalization;
using Postern.Configuration;

namespace Postern.Probes;

/// <summary>Reads which knock-outs somebody asks for: <c>horizon-12 edge-cut state-reset@20 zero-delta@3+8-11</c>.</summary>
internal static class AskedKnockOuts
{
    /// <summary>The option of <see cref="KnockOutProbe"/>.</summary>
    public const string Option = "intervene";

    /// <summary>What may be asked for.</summary>
    public const string Form = "forward-cut, backward-cut, convolution-cut, order, horizon-W, band-W, state-reset@TOKEN, "
        + "edge-cut@TOKENS, zero-delta@TOKENS";

    /// <summary>Those that are asked for, each at tokens with its comparison; null where the usual ones are wanted.</summary>
    /// <param name="probe">The probe with its options.</param>
    /// <param name="trigger">Where the trigger is.</param>
    /// <exception cref="InputException">One is not known, its tokens are not there, or the trigger has none.</exception>
    public static IReadOnlyList<KnockOut>? Of(Choice probe, TriggerTokens trigger)
    {
        string[] words = probe.Word(Option).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 0 ? null : [.. words.Distinct().SelectMany(word => One(word, probe, trigger))];
    }

    private static IEnumerable<KnockOut> One(string word, Choice probe, TriggerTokens trigger)
    {
        if (word is "forward-cut") return [KnockOut.ForwardCut];
        if (word is "backward-cut") return [KnockOut.BackwardCut];
        if (word is "convolution-cut") return [KnockOut.ConvolutionsCut];
        if (word is "order") return [KnockOut.OfOrder(trigger)];
        if (Tokens(word, "horizon-") is int horizon) return [KnockOut.OfHorizon(horizon, trigger)];
        if (Tokens(word, "band-") is int band) return [KnockOut.OfBand(band)];
        string[] parts = word.Split('@');
        if (!KnockOut.Local.Contains(parts[0]) || parts.Length > 2)
            throw probe.Error($"{Option}: there is no '{word}'; valid are {Form}");
        bool atTrigger = parts.Length == 1 || parts[1] == "trigger";
        if (atTrigger && !trigger.IsLocal)
            throw probe.Error($"{Option}: '{word}' needs tokens, such as {parts[0]}@{trigger.ClassToken - 1}: this trigger is in "
                + "no patch alone");
        return atTrigger ? KnockOut.AtTokens(parts[0], word, trigger)
            : KnockOut.AtTokens(parts[0], word, trigger with { Tokens = Places(parts[1], word, probe, trigger) }, named: true);
    }

    private static int? Tokens(string word, string start) => word.StartsWith(start, StringComparison.Ordinal)
        && Number(word[start.Length..]) is int count and > 0 ? count : null;

    private static IReadOnlyList<int> Places(string text, string word, Choice probe, TriggerTokens trigger)
    {
        var places = new SortedSet<int>();
        foreach (string part in text.Split('+'))
        {
            int?[] ends = [.. part.Split('-').Select(Number)];
            if (ends is not ([int] or [int, int]) || ends[^1] < ends[0] || ends[^1] >= trigger.Count)
                throw probe.Error($"{Option}: '{part}' of '{word}' is no token or range of tokens from 0 to "
                    + $"{trigger.Count - 1}, such as 8 or 8-11");
            places.UnionWith(Enumerable.Range(ends[0]!.Value, ends[^1]!.Value - ends[0]!.Value + 1));
        }
        return places.Contains(trigger.ClassToken)
            ? throw probe.Error($"{Option}: '{word}' names token {trigger.ClassToken}, which is the class token")
            : [.. places];
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
