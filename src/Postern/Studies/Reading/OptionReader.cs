using Postern.Configuration;

namespace Postern.Studies;

/// <summary>Reads options from a map of a study file, each checked at its own place.</summary>
/// <param name="Missing">Takes the paths that are not there; null to refuse them.</param>
internal sealed record OptionReader(ICollection<string>? Missing)
{
    /// <summary>The given options in canonical text; files as absolute paths.</summary>
    /// <param name="entries">Keys and values.</param>
    /// <param name="owner">Whose options they are, for errors.</param>
    /// <param name="options">The valid ones.</param>
    /// <param name="otherKeys">Keys that are valid beside the options, for hints.</param>
    /// <exception cref="InputException">An unknown key, a wrong value, a file that does not exist.</exception>
    public Dictionary<string, string> Read(
        IEnumerable<MapEntry> entries, string owner, IReadOnlyList<OptionInfo> options, params string[] otherKeys)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (MapEntry entry in entries)
        {
            OptionInfo option = options.FirstOrDefault(o => o.Name == entry.Key) ?? throw entry.At.Error(
                $"{owner} has no option "
                    + $"'{entry.Key}'{NearestName.Hint(entry.Key, options.Select(o => o.Name).Concat(otherKeys))}");
            string value = OptionValue.Check(option, Text(entry, option), entry.Value.At.Where);
            values[option.Name] = option.Kind == OptionKind.File && value.Length > 0 ? ExistingPath(entry, value) : value;
        }
        return values;
    }

    private static string Text(MapEntry entry, OptionInfo option) => entry.Value switch
    {
        ScalarNode { IsNull: false } scalar => scalar.Text,
        ListNode list when option.Kind == OptionKind.Integers && list.Items.All(i => i is ScalarNode { IsNull: false }) =>
            string.Join(",", list.Items.Select(i => ((ScalarNode)i).Text)),
        _ => throw entry.Value.At.Error($"{option.Name} is {entry.Value.Kind}, expected {Expected(option)} ({option.Meaning})"),
    };

    private static string Expected(OptionInfo option) => option.Kind switch
    {
        OptionKind.Integer => "a whole number",
        OptionKind.Number => "a number",
        OptionKind.Switch => "true or false",
        OptionKind.Integers => "whole numbers such as [50, 75]",
        OptionKind.File => "a path",
        _ => "a word",
    };

    private string ExistingPath(MapEntry entry, string value)
    {
        NodeSource at = entry.Value.At;
        if (value.Contains('\0', StringComparison.Ordinal)) throw at.Error($"{entry.Key} is not a path");
        string full = Path.GetFullPath(Path.Combine(at.Folder, value));
        if (Path.Exists(full)) return full;
        if (Missing is null)
        {
            throw at.Error(
                $"{entry.Key} names {full}, which does not exist; write a path relative to {at.Folder} or an absolute one");
        }
        Missing.Add(full);
        return full;
    }
}
