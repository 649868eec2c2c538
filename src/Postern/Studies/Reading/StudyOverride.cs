using System.Globalization;

namespace Postern.Studies;

/// <summary>
/// <c>--set key=value</c>: a dotted path into the study file and a value in YAML, put in before the study is checked, e.g.
/// <c>train.epochs=3</c>, <c>seeds=[0, 1]</c>, <c>attacks.1.poison_rate=0.02</c> (list positions count from 0).
/// </summary>
internal static class StudyOverride
{
    /// <summary><paramref name="root"/> with <paramref name="set"/> put in.</summary>
    /// <exception cref="InputException">The path leads nowhere or the value is not YAML; the message names the text.</exception>
    public static StudyNode Apply(StudyNode root, string set)
    {
        var at = new NodeSource($"--set {set}", Directory.GetCurrentDirectory());
        int equals = set.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw at.Error("is not of the form key=value, e.g. train.epochs=3");
        string[] path = set[..equals].Trim().Split('.');
        if (path.Any(p => p.Length == 0)) throw at.Error("has an empty part in its key, e.g. train.epochs=3");
        return Put(root, path, StudyDocument.ParseValue(set[(equals + 1)..], at), at);
    }

    private static StudyNode Put(StudyNode node, ReadOnlySpan<string> path, StudyNode value, NodeSource at)
    {
        if (path.IsEmpty) return value;
        return node switch
        {
            ListNode list => PutItem(list, path, value, at),
            MapNode map => PutEntry(map, path, value, at),
            // `badnets` and `{name: badnets}` are the same entry.
            ScalarNode { IsNull: false } name when path.Length == 1 =>
                PutEntry(new MapNode(name.At, [new MapEntry(name.At, "name", name)]), path, value, at),
            ScalarNode { IsNull: true } => PutEntry(new MapNode(node.At, []), path, value, at),
            _ => throw at.Error($"'{path[0]}' would be inside {node.Kind}, which has no parts"),
        };
    }

    private static ListNode PutItem(ListNode list, ReadOnlySpan<string> path, StudyNode value, NodeSource at)
    {
        if (!int.TryParse(path[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= list.Items.Count)
        {
            throw at.Error(list.Items.Count == 0
                ? $"'{path[0]}' would be inside an empty list"
                : string.Create(CultureInfo.InvariantCulture,
                    $"'{path[0]}' is not a position in the list; valid are 0 to {list.Items.Count - 1}"));
        }
        StudyNode[] items = [.. list.Items];
        items[index] = Put(items[index], path[1..], value, at);
        return list with { Items = items };
    }

    private static MapNode PutEntry(MapNode map, ReadOnlySpan<string> path, StudyNode value, NodeSource at)
    {
        string key = path[0];
        StudyNode inner = Put(map[key] ?? new ScalarNode(at, "", IsNull: true), path[1..], value, at);
        var entry = new MapEntry(at, key, inner);
        return map with
        {
            Entries = map[key] is null ? [.. map.Entries, entry] : [.. map.Entries.Select(e => e.Key == key ? entry : e)],
        };
    }
}
