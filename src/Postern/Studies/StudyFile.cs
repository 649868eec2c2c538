using System.Globalization;
using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// Reads a study file: YAML with the keys <c>name</c>, <c>about</c>, <c>datasets</c>, <c>models</c>, <c>attacks</c>, <c>seeds</c>,
/// <c>preset</c> and <c>train</c>. Every error is one line with the place, what was found and the nearest valid name.
/// </summary>
public sealed class StudyFile
{
    private const int MaxCells = 10_000;
    private static readonly string[] Keys = ["name", "about", "datasets", "models", "attacks", "seeds", "preset", "train"];

    private readonly MapNode root;
    private readonly string path;
    private readonly CellIdentity identity = new();

    private StudyFile(MapNode root, string path)
    {
        (this.root, this.path) = (root, path);
        foreach (MapEntry entry in root.Entries)
        {
            if (!Keys.Contains(entry.Key)) throw entry.At.Error($"a study has no key '{entry.Key}'{NearestName.Hint(entry.Key, Keys)}");
        }
    }

    /// <summary>Reads <paramref name="path"/> and resolves it to cells.</summary>
    /// <param name="path">The study file.</param>
    /// <param name="catalogs">What it may name.</param>
    /// <param name="sets">The command line's <c>--set</c> values, <c>key=value</c>, put in first to last.</param>
    /// <exception cref="InputException">Anything that is not a valid study; one line that says where and what to do.</exception>
    public static Study Read(string path, StudyCatalogs catalogs, IReadOnlyList<string> sets)
    {
        StudyNode node = StudyDocument.ReadFile(path);
        foreach (string set in sets) node = StudyOverride.Apply(node, set);
        if (node is not MapNode root) throw node.At.Error($"is {node.Kind}, expected a study: keys such as datasets, models and attacks");
        return new StudyFile(root, path).Resolve(catalogs) with { Sets = sets };
    }

    private Study Resolve(StudyCatalogs catalogs)
    {
        IReadOnlyList<StudyEntry> datasets = new EntryReader("dataset", catalogs.Datasets, identity.OfDataset).Read(List("datasets"));
        foreach (StudyEntry dataset in datasets)
        {
            if (dataset.Choice.Values.GetValueOrDefault("path") is "")
                throw dataset.At.Error($"{dataset.Choice.Name} needs 'path', the folder or file where it lies, e.g. {{name: {dataset.Choice.Name}, path: ../data}}");
        }
        IReadOnlyList<StudyEntry> models = new EntryReader("model", catalogs.Models, identity.Of).Read(List("models"));
        IReadOnlyList<StudyEntry> attacks = new EntryReader("attack", catalogs.Attacks, identity.Of).Read(List("attacks"));
        IReadOnlyList<long> seeds = root["seeds"] is null ? [0] : [.. Seeds(List("seeds"))];
        ScalarNode presetName = Word("preset") ?? throw Missing("preset", $"the name of a training preset ({string.Join(", ", catalogs.Presets.Select(p => p.Name))})");
        IPreset preset = catalogs.Presets.FirstOrDefault(p => p.Name == presetName.Text)
            ?? throw presetName.At.Error($"there is no preset '{presetName.Text}'{NearestName.Hint(presetName.Text, catalogs.Presets.Select(p => p.Name))}");

        long count = (long)datasets.Count * models.Count * attacks.Count * seeds.Count;
        if (count > MaxCells) throw root.At.Error(string.Create(CultureInfo.InvariantCulture, $"has {count} cells, more than {MaxCells}; split it"));
        Dictionary<string, string> overrides = OptionReader.Read(Train(), "train", preset.Options);
        string overridesAt = root["train"]?.At.Where ?? presetName.At.Where;
        var cells = new List<Cell>((int)count);
        foreach (StudyEntry dataset in datasets)
        {
            foreach (StudyEntry model in models)
            {
                ICatalogEntry training = preset.For(dataset.Choice, model.Choice);
                var choice = new Choice(training, overrides, overridesAt);
                string trainingIdentity = identity.OfTraining(training, choice);
                cells.AddRange(
                    from attack in attacks
                    from seed in seeds
                    select new Cell(CellIdentity.Id(dataset, model, attack, trainingIdentity, seed),
                        dataset.Choice, model.Choice, attack.Choice, choice, seed, dataset.Label, model.Label, attack.Label));
            }
        }
        return new Study(Name(), Word("about")?.Text.ReplaceLineEndings(" ").Trim() ?? "", path, preset.Name, cells);
    }

    private string Name()
    {
        string file = Path.GetFileNameWithoutExtension(path);
        if (Word("name") is not ScalarNode name) return Slug.IsSafe(file) ? file : Slug.Of(file);
        return Slug.IsSafe(name.Text) ? name.Text
            : throw name.At.Error($"name is '{name.Text}', expected up to 64 letters, digits, dots, hyphens and underscores: it names a folder");
    }

    private IEnumerable<MapEntry> Train() => root["train"] switch
    {
        null => [],
        MapNode map => map.Entries,
        StudyNode other => throw other.At.Error($"train is {other.Kind}, expected a map of options such as {{epochs: 8}}"),
    };

    private static IEnumerable<long> Seeds(ListNode list)
    {
        var seen = new HashSet<long>();
        foreach (StudyNode node in list.Items)
        {
            if (node is not ScalarNode scalar || !long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed))
                throw node.At.Error($"a seed is {node.Kind}, expected a whole number");
            yield return seen.Add(seed) ? seed : throw node.At.Error($"the seed {scalar.Text} is given twice");
        }
    }

    private ListNode List(string key) => root[key] switch
    {
        ListNode { Items.Count: > 0 } list => list,
        null => throw Missing(key, "a list"),
        StudyNode other => throw other.At.Error($"{key} is {other.Kind}, expected a list with at least one entry, e.g. {key}: [{(other as ScalarNode)?.Text ?? "..."}]"),
    };

    private ScalarNode? Word(string key) => root[key] switch
    {
        null => null,
        ScalarNode { IsNull: false } scalar => scalar,
        StudyNode other => throw other.At.Error($"{key} is {other.Kind}, expected a text"),
    };

    private InputException Missing(string key, string expected) => root.At.Error($"the key '{key}' is missing, expected {expected}");
}
