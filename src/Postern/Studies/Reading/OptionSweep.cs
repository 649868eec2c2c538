using System.Globalization;
using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// An entry whose options have several values (<c>poison_rate: [0.01, 0.05]</c>), as the entries of all their combinations: the
/// same as if each were written out.
/// </summary>
/// <param name="Map">The entry with one value for each option.</param>
/// <param name="Keys">The options that have several; empty for an entry that is no grid.</param>
internal sealed record OptionSweep(MapNode Map, IReadOnlyList<string> Keys)
{
    private const int MaxEntries = 10_000;

    /// <summary>The combinations, the last option's values running fastest.</summary>
    /// <param name="entry">As it is written.</param>
    /// <param name="options">The options that it may set.</param>
    /// <exception cref="InputException">An option has no value, or there are too many combinations.</exception>
    public static IReadOnlyList<OptionSweep> Of(MapNode entry, IReadOnlyList<OptionInfo> options)
    {
        var swept = new OptionSweep[] { new(entry with { Entries = [] }, []) };
        foreach (MapEntry given in entry.Entries)
        {
            OptionInfo? option = options.FirstOrDefault(o => o.Name == given.Key);
            IReadOnlyList<StudyNode> values = option is null ? [given.Value] : Values(given, option);
            if ((long)swept.Length * values.Count > MaxEntries)
                throw entry.At.Error(string.Create(CultureInfo.InvariantCulture,
                    $"is a grid of more than {MaxEntries} entries; split it"));
            swept = [.. swept.SelectMany(s => values.Select(v => s.With(given with { Value = v }, isSwept: values.Count > 1)))];
        }
        return swept;
    }

    // Errors about a combination name the place of its last value.
    private OptionSweep With(MapEntry given, bool isSwept) => new(
        new MapNode(isSwept ? given.Value.At : Map.At, [.. Map.Entries, given]), isSwept ? [.. Keys, given.Key] : Keys);

    private static IReadOnlyList<StudyNode> Values(MapEntry given, OptionInfo option)
    {
        switch (given.Value)
        {
            case ListNode list when option.Kind == OptionKind.Integers && !list.Items.Any(i => i is ListNode):
                return [list];
            case ListNode { Items.Count: 0 }:
                throw given.Value.At.Error($"{option.Name} is an empty list, expected a value, or several for a grid");
            case ListNode list:
                return list.Items;
            case ScalarNode { FromCommandLine: true } scalar when Parts(scalar.Text, option) is string[] parts:
                return [.. parts.Select(p => scalar with { Text = p })];
            default:
                return [given.Value];
        }
    }

    /// <summary>
    /// The values that commas part on the command line; null where a comma may belong to the value, as in a path or a name.
    /// </summary>
    private static string[]? Parts(string text, OptionInfo option)
    {
        if (!text.Contains(',', StringComparison.Ordinal)) return null;
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        return option.Kind switch
        {
            OptionKind.Number or OptionKind.Switch => parts,
            OptionKind.Integer when !option.TakesName || parts.All(p => int.TryParse(p, out _)) => parts,
            OptionKind.Word when option.Allowed.Count > 0 => parts,
            _ => null,
        };
    }
}
