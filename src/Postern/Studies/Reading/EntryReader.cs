using Postern.Configuration;

namespace Postern.Studies;

/// <summary>Reads one list of a study: its datasets, its models, its attacks or its defences.</summary>
/// <param name="Catalog">What it may name.</param>
/// <param name="Options">Reads an entry's options.</param>
/// <param name="Identity">Turns a choice into what decides the result.</param>
internal sealed record EntryReader(ICatalog<ICatalogEntry> Catalog, OptionReader Options, Func<Choice, string> Identity)
{
    private const int MaxLabel = 60;

    private string Kind => Catalog.Kind;

    private sealed record Draft(NodeSource At, ICatalogEntry Entry, Dictionary<string, string> Given, string? Label,
        string? Paper);

    /// <summary>The entries of <paramref name="list"/>, in order.</summary>
    /// <exception cref="InputException">An unknown name or option, an entry given twice, two entries of one label.</exception>
    public IReadOnlyList<StudyEntry> Read(ListNode list)
    {
        Draft[] drafts = [.. list.Items.SelectMany(ReadDrafts)];
        var entries = new List<StudyEntry>();
        foreach (Draft draft in drafts)
        {
            var choice = new Choice(draft.Entry, draft.Given, draft.At.Where);
            // A dataset's place on disk decides nothing, so a label must tell apart two that differ in nothing else.
            string identity = Identity(choice) + (Kind == "dataset" && draft.Label is not null ? $"label={draft.Label}\n" : "");
            Draft[] namesakes = [.. drafts.Where(d => d.Entry == draft.Entry)];
            string label = draft.Label ?? LabelOf(draft.Entry.Name,
                draft.Given.Where(g => namesakes.Any(d => d.Given.GetValueOrDefault(g.Key) != g.Value)));
            if (entries.Find(e => e.Identity == identity) is StudyEntry same)
            {
                throw draft.At.Error($"is the same {Kind} as the one at {same.At.Where}; remove one"
                    + (Kind == "dataset" ? ", or give each a 'label' where only their paths differ" : ""));
            }
            if (entries.Find(e => e.Label == label) is StudyEntry named)
                throw draft.At.Error($"has the label '{label}' of the {Kind} at {named.At.Where}; give it another 'label'");
            entries.Add(new StudyEntry(draft.At, choice, label, draft.Paper ?? label, identity)
            {
                Given = draft.Given,
                IsLabelled = draft.Label is not null,
            });
        }
        return entries;
    }

    private IEnumerable<Draft> ReadDrafts(StudyNode node)
    {
        MapNode map = node switch
        {
            MapNode m => m,
            ScalarNode { IsNull: false } => new MapNode(node.At, [new MapEntry(node.At, "name", node)]),
            _ => throw node.At.Error($"is {node.Kind}, expected the name of a {Kind}, or a map with 'name' and its options"),
        };
        if (map["name"] is not ScalarNode { IsNull: false } name)
            throw map.At
                .Error($"has no 'name', expected the name of a {Kind}{NearestName.Hint("", Catalog.Select(c => c.Name))}");
        ICatalogEntry entry = Catalog.Get(name.Text, name.At.Where);
        return OptionSweep.Of(map, entry.Options).Select(swept => ReadDraft(swept, entry));
    }

    private Draft ReadDraft(OptionSweep swept, ICatalogEntry entry)
    {
        MapNode map = swept.Map;
        Dictionary<string, string> given = Options.Read(
            map.Entries.Where(e => e.Key is not ("name" or "label" or "paper")), entry.Name, entry.Options, "name",
            "label", "paper");
        string? label = ReadLabel(map, "label"), paper = ReadLabel(map, "paper");
        if (label is null || swept.Keys.Count == 0) return new Draft(map.At, entry, given, label, paper);
        return new Draft(map.At, entry, given, LabelOf(label, given.Where(g => swept.Keys.Contains(g.Key))), paper ?? label);
    }

    private static string? ReadLabel(MapNode map, string key)
    {
        if (map[key] is not StudyNode node) return null;
        if (node is not ScalarNode { IsNull: false } label || string.IsNullOrWhiteSpace(label.Text))
            throw node.At.Error($"{key} is {node.Kind}, expected a short text for tables");
        string text = label.Text.Trim();
        return text.Length <= MaxLabel && !text.Any(char.IsControl) ? text
            : throw node.At.Error($"{key} is longer than {MaxLabel} characters or more than one line");
    }

    /// <summary>
    /// The name and what was set, e.g. <c>badnets poison_rate=0.02</c>; of files only the name. Where a study does not give a
    /// label, only what sets entries of one name apart.
    /// </summary>
    private static string LabelOf(string name, IEnumerable<KeyValuePair<string, string>> options) => string.Join(' ', options
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .Where(g => g.Value.Length > 0)
        .Select(g => $"{g.Key}={(Path.IsPathRooted(g.Value) ? Path.GetFileName(g.Value) : g.Value)}")
        .Prepend(name));
}
