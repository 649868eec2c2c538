using Postern.Configuration;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>
/// The keys of one map in a file with published values, read strictly: an unknown key or a value of the wrong kind is an error
/// with its place.
/// </summary>
internal sealed class Fields
{
    private readonly MapNode map;
    private readonly string what;

    /// <summary>Takes <paramref name="node"/> as a map that has no other keys than <paramref name="keys"/>.</summary>
    /// <param name="node">The node.</param>
    /// <param name="what">What it is, with its article, for errors.</param>
    /// <param name="keys">The keys that it may have.</param>
    /// <exception cref="InputException">It is no map, or has another key.</exception>
    public Fields(StudyNode node, string what, params IReadOnlyList<string> keys)
    {
        this.what = what;
        map = node as MapNode ?? throw node.At.Error($"is {node.Kind}, expected {what}: a map with {string.Join(", ", keys)}");
        foreach (MapEntry entry in map.Entries)
            if (!keys.Contains(entry.Key))
                throw entry.At.Error($"{what} has no key '{entry.Key}'{NearestName.Hint(entry.Key, keys)}");
    }

    /// <summary>Where the map begins.</summary>
    public NodeSource At => map.At;

    /// <summary>The value of <paramref name="key"/>, or null.</summary>
    public StudyNode? this[string key] => map[key];

    /// <summary>The text of <paramref name="key"/>, which must be there.</summary>
    public string Text(string key) => OptionalText(key) ?? throw Missing(key);

    /// <summary>The text of <paramref name="key"/>; null where it is not there.</summary>
    public string? OptionalText(string key) => map[key] is StudyNode node ? TextOf(node, key) : null;

    /// <summary>The number of <paramref name="key"/>; null where it is not there.</summary>
    public decimal? OptionalNumber(string key, decimal min, decimal max) =>
        map[key] is StudyNode node ? NumberOf(node, key, min, max) : null;

    /// <summary>The whole number of <paramref name="key"/>, from 1 to the largest 32-bit one.</summary>
    public int Count(string key)
    {
        decimal count = OptionalNumber(key, 1, int.MaxValue) ?? throw Missing(key);
        return decimal.IsInteger(count)
            ? (int)count
            : throw map[key]!.At.Error($"{key} is {map[key]!.Kind}, expected a whole number");
    }

    /// <summary>The list of <paramref name="key"/>, which must be there and have an entry.</summary>
    public IReadOnlyList<StudyNode> List(string key) => map[key] is null ? throw Missing(key) : OptionalList(key);

    /// <summary>The list of <paramref name="key"/>; empty where it is not there.</summary>
    public IReadOnlyList<StudyNode> OptionalList(string key) => map[key] switch
    {
        null => [],
        ListNode { Items.Count: > 0 } list => list.Items,
        StudyNode other => throw other.At.Error($"{key} is {other.Kind}, expected a list with at least one entry"),
    };

    /// <summary>One value or a list of values, each read by <paramref name="read"/>; empty where the key is not there.</summary>
    public IReadOnlyList<T> OneOrMore<T>(string key, Func<StudyNode, string, T> read) => map[key] switch
    {
        null => [],
        ListNode => [.. OptionalList(key).Select(n => read(n, key))],
        StudyNode one => [read(one, key)],
    };

    /// <summary>The texts of <paramref name="key"/>, one or a list of them, which must be there.</summary>
    public IReadOnlyList<string> Texts(string key) =>
        OneOrMore(key, TextOf) is { Count: > 0 } texts ? texts : throw Missing(key);

    /// <summary>An error that <paramref name="key"/> is not there.</summary>
    public InputException Missing(string key) => At.Error($"{what} needs the key '{key}'");

    /// <summary><paramref name="node"/> as a text of one line.</summary>
    public static string TextOf(StudyNode node, string key) =>
        node is ScalarNode { IsNull: false } scalar && scalar.Text.Trim() is { Length: > 0 } text && !text.Any(char.IsControl)
            ? text : throw node.At.Error($"{key} is {Kind(node)}, expected a text of one line");

    /// <summary><paramref name="node"/> as a number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static decimal NumberOf(StudyNode node, string key, decimal min, decimal max) =>
        node is ScalarNode scalar && OptionValue.ParseNumber(scalar.Text) is decimal number && number >= min && number <= max
            ? number : throw node.At.Error(
                FormattableString.Invariant($"{key} is {Kind(node)}, expected a number from {min} to {max}"));

    /// <summary>What <paramref name="node"/> is, in one line.</summary>
    private static string Kind(StudyNode node) => new([.. node.Kind.Take(80).Select(c => char.IsControl(c) ? ' ' : c)]);
}
