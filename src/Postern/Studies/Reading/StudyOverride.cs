using System.Globalization;
using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// <c>--set key=value</c>: a dotted path into the study file and a value in YAML, put in before the study is checked, e.g.
/// <c>train.epochs=3</c>, <c>seeds=0,1</c>, <c>attacks.badnets.poison_rate=0.01,0.05</c> for a grid. An entry of a list is
/// addressed by its label or name, or by its position, which counts from 0.
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
        StudyNode value = StudyDocument.ParseValue(set[(equals + 1)..], at);
        return Put(root, path, value is ScalarNode scalar ? scalar with { FromCommandLine = true } : value, at);
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
        (int index, int used) = Place(list, path, at);
        StudyNode[] items = [.. list.Items];
        items[index] = Put(items[index], path[used..], value, at);
        return list with { Items = items };
    }

    /// <summary>
    /// The item that a path begins with, and how many of the path's parts name it: a label may have a dot in it.
    /// </summary>
    private static (int Index, int Used) Place(ListNode list, ReadOnlySpan<string> path, NodeSource at)
    {
        if (list.Items.Count == 0) throw at.Error($"'{path[0]}' would be inside an empty list");
        if (int.TryParse(path[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Items.Count)
            return (index, 1);
        foreach (string key in new[] { "label", "name" })
        {
            for (int used = path.Length; used > 0; used--)
            {
                string name = string.Join('.', path[..used]);
                int[] found = [.. list.Items.Index().Where(i => Text(i.Item, key) == name).Select(i => i.Index)];
                if (found.Length == 1) return (found[0], used);
                if (found.Length > 1)
                    throw at.Error($"'{name}' names {found.Length.ToString(CultureInfo.InvariantCulture)} entries; write the "
                        + $"position ({string.Join(", ", found)}) or the label of one");
            }
        }
        string[] names = [.. list.Items.SelectMany(i => new[] { Text(i, "label"), Text(i, "name") }).OfType<string>().Distinct()];
        throw at.Error(string.Create(CultureInfo.InvariantCulture,
            $"'{path[0]}' is neither a position in the list, 0 to {list.Items.Count - 1}, nor the name of an entry")
            + (names.Length > 0 ? NearestName.Hint(path[0], names) : ""));
    }

    private static string? Text(StudyNode item, string key) => item switch
    {
        MapNode map => (map[key] as ScalarNode)?.Text,
        ScalarNode { IsNull: false } scalar when key == "name" => scalar.Text,
        _ => null,
    };

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
