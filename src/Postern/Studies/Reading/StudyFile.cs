using System.Globalization;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Native;
using Postern.Probes;

namespace Postern.Studies;

/// <summary>
/// Reads a study file: YAML with the keys <c>name</c>, <c>about</c>, <c>datasets</c>, <c>models</c>, <c>attacks</c>,
/// <c>defences</c>, <c>seeds</c>, <c>poison_seed</c>, <c>preset</c>, <c>train</c>, <c>pretrain</c>, <c>measures</c>,
/// <c>probes</c>, <c>published</c> and <c>device</c>. Every error is one line with the place, what was found and the nearest
/// valid name.
/// </summary>
public sealed class StudyFile
{
    private const int MaxCells = 10_000;
    private static readonly string[] Keys =
    [
        "name", "about", "datasets", "models", "attacks", "defences", "seeds", "poison_seed", "preset", "train", "pretrain",
        "measures", "probes", "published", "device",
    ];

    private readonly MapNode root;
    private readonly string path;
    private readonly CellIdentity identity = new();
    private readonly StudyCatalogs catalogs;
    private readonly List<string>? missing;
    private readonly OptionReader options;

    private StudyFile(MapNode root, string path, StudyCatalogs catalogs, bool planOnly)
    {
        (this.root, this.path, this.catalogs, missing) = (root, path, catalogs, planOnly ? [] : null);
        options = new OptionReader(missing);
        foreach (MapEntry entry in root.Entries)
        {
            if (!Keys.Contains(entry.Key))
                throw entry.At.Error($"a study has no key '{entry.Key}'{NearestName.Hint(entry.Key, Keys)}");
        }
    }

    /// <summary>Reads <paramref name="path"/> and resolves it to cells.</summary>
    /// <param name="path">The study file.</param>
    /// <param name="catalogs">What it may name.</param>
    /// <param name="sets">The command line's <c>--set</c> values, <c>key=value</c>, put in first to last.</param>
    /// <param name="planOnly">
    /// Whether the study is only listed or reported: paths that are not there are noted in <see cref="Study.Missing"/> instead of
    /// refused.
    /// </param>
    /// <exception cref="InputException">Anything that is not a valid study; one line that says where and what to do.</exception>
    public static Study Read(string path, StudyCatalogs catalogs, IReadOnlyList<string> sets, bool planOnly = false)
    {
        return Of(StudyDocument.ReadFile(path), path, catalogs, sets, planOnly);
    }

    /// <summary>As <see cref="Read"/>, of what a study file would hold.</summary>
    internal static Study Of(
        StudyNode node, string path, StudyCatalogs catalogs, IReadOnlyList<string> sets, bool planOnly = false)
    {
        foreach (string set in sets) node = StudyOverride.Apply(node, set);
        if (node is not MapNode root)
            throw node.At.Error($"is {node.Kind}, expected a study: keys such as datasets, models and attacks");
        return new StudyFile(root, path, catalogs, planOnly).Resolve() with { Sets = sets };
    }

    private Study Resolve()
    {
        IReadOnlyList<StudyEntry> datasets =
            new EntryReader(catalogs.Datasets, options, identity.OfDataset).Read(List("datasets"));
        foreach (StudyEntry dataset in datasets)
        {
            if (dataset.Choice.Values.GetValueOrDefault("path") is "")
                throw dataset.At.Error(
                    $"{dataset.Choice.Name} needs 'path', the folder or file where it lies, e.g. {{name: {dataset.Choice.Name}, "
                        + "path: ../data}}");
        }
        IReadOnlyList<StudyEntry> models = new EntryReader(catalogs.Models, options, identity.Of).Read(List("models"));
        IReadOnlyList<StudyEntry> attacks =
            new EntryReader(catalogs.Attacks, options, identity.OfAttackAsWritten).Read(List("attacks"));
        StudyEntry undefended = Nothing(catalogs.Defences);
        IReadOnlyList<StudyEntry> defences = root["defences"] is null ? [undefended]
            : new EntryReader(catalogs.Defences, options, identity.Of).Read(List("defences"));
        IReadOnlyList<long> seeds = root["seeds"] is null ? [0] : [.. Seeds(List("seeds"))];
        TrainingPlan training = Training(root,
            Preset(root) ?? throw Missing("preset",
                $"the name of a training preset ({string.Join(", ", catalogs.Presets.Select(p => p.Name))})"));
        PretrainingPlan? pretraining = Pretraining(training);
        var grid = new StudyGrid(identity, training, pretraining, Nothing(catalogs.Attacks), undefended)
        {
            PoisonSeed = root["poison_seed"] is StudyNode chosen ? Seed(chosen) : null,
        };

        long count = (long)datasets.Count * models.Count * attacks.Count * defences.Count * seeds.Count;
        if (count > MaxCells)
            throw root.At.Error(
                string.Create(CultureInfo.InvariantCulture, $"has {count} cells, more than {MaxCells}; split it"));
        Cell[] cells =
        [
            .. from dataset in datasets
               from model in models
               from attack in attacks
               from defence in defences
               from seed in seeds
               select grid.Cell(new GridPoint(dataset, model, attack, defence), seed),
        ];
        RefuseTwins(cells, attacks);
        foreach (MeasureTask task in grid.Work.Measures) WeightsAsTheyAre.Check(task);
        var resolved = new ResolvedStudy
        {
            Name = Name(),
            About = Word(root, "about")?.Text.ReplaceLineEndings(" ").Trim() ?? "",
            Datasets = datasets,
            Models = models,
            Attacks = attacks,
            Defences = defences,
            Seeds = seeds,
            PoisonSeed = grid.PoisonSeed,
            Training = training,
            Pretraining = pretraining,
            Measure = Adversarial(),
            Probes = Probes(),
            Published = Published(),
            Device = Device(),
        };
        return new Study(resolved.Name, resolved.About, path, training.Preset.Name, cells)
        {
            Yaml = new Lazy<string>(resolved.ToYaml),
            Work = grid.Work,
            Published = resolved.Published,
            Device = resolved.Device,
            Adversarial = resolved.Measure,
            Probes = resolved.Probes,
            Missing = [.. (missing ?? []).Distinct()],
        };
    }

    /// <summary>Refuses attacks that differ in nothing but how <c>auto</c> is written on one of the datasets.</summary>
    private static void RefuseTwins(Cell[] cells, IReadOnlyList<StudyEntry> attacks)
    {
        if (cells.GroupBy(c => c.Id).FirstOrDefault(g => g.Count() > 1) is not IGrouping<string, Cell> twins) return;
        StudyEntry At(Cell cell) => attacks.First(a => a.Choice == cell.Attack);
        Cell[] both = [.. twins];
        throw At(both[1]).At.Error($"is on {both[0].DatasetLabel} the same attack as the one at {At(both[0]).At.Where}, where an "
            + "option is left to the dataset (auto); remove one, or give the datasets studies of their own");
    }

    /// <summary>The entry called <c>none</c> of a catalogue, without a place in the file.</summary>
    private StudyEntry Nothing(ICatalog<ICatalogEntry> catalog) =>
        new EntryReader(catalog, options, identity.Of)
            .Read(new ListNode(root.At, [new ScalarNode(root.At, "none", IsNull: false)]))[0];

    private IPreset? Preset(MapNode map) => Word(map, "preset") is not ScalarNode name ? null
        : catalogs.Presets.Get(name.Text, name.At.Where);

    private TrainingPlan Training(MapNode map, IPreset preset) =>
        new(preset, options.Read(Train(map), "train", preset.Options),
            map["train"]?.At.Where ?? map["preset"]?.At.Where ?? map.At.Where);

    private PretrainingPlan? Pretraining(TrainingPlan training)
    {
        if (root["pretrain"] is not StudyNode node) return null;
        if (node is not MapNode map)
            throw node.At.Error(
                $"pretrain is {node.Kind}, expected a map such as {{preset: quick, train: {{epochs: 20}}, seed: 0}}");
        string[] keys = ["preset", "train", "seed"];
        foreach (MapEntry entry in map.Entries)
            if (!keys.Contains(entry.Key))
                throw entry.At.Error($"pretrain has no key '{entry.Key}'{NearestName.Hint(entry.Key, keys)}");
        return new PretrainingPlan(Training(map, Preset(map) ?? training.Preset), map["seed"] is StudyNode seed ? Seed(seed) : 0);
    }

    /// <summary>What <c>measures</c> asks for; an entry given twice is an error, as everywhere.</summary>
    private Choice? Adversarial()
    {
        if (root["measures"] is null) return null;
        IReadOnlyList<StudyEntry> asked = new EntryReader(MeasureCatalog.All, options, identity.Of).Read(List("measures"));
        return asked.Count == 1 ? asked[0].Choice
            : throw asked[1].At.Error($"asks for {asked[1].Choice.Name} a second time; a study has one of each measure");
    }

    /// <summary>What <c>probes</c> asks for.</summary>
    private IReadOnlyList<Choice> Probes()
    {
        if (root["probes"] is null) return [];
        IReadOnlyList<StudyEntry> asked = new EntryReader(ProbeCatalog.All, options, identity.Of).Read(List("probes"));
        foreach (IGrouping<string, StudyEntry> same in asked.GroupBy(p => p.Choice.Name))
            if (same.Skip(1).FirstOrDefault() is StudyEntry second)
                throw second.At.Error($"asks for {same.Key} a second time; a study has one of each probe");
        return [.. asked.Select(p => p.Choice)];
    }

    private string? Published()
    {
        if (Word(root, "published") is not ScalarNode file) return null;
        string full = Path.GetFullPath(Path.Combine(file.At.Folder, file.Text));
        return File.Exists(full) ? full : throw file.At.Error(
            $"published names {full}, which does not exist; write a path relative to {file.At.Folder}");
    }

    /// <summary>A word that each machine reads for itself when it runs.</summary>
    private string Device() => Word(root, "device") is not ScalarNode word ? ComputeDevice.Auto
        : ComputeDevice.IsWord(word.Text) ? word.Text
        : throw word.At.Error($"device is '{word.Text}', expected {ComputeDevice.Words}");

    private string Name()
    {
        string file = Path.GetFileNameWithoutExtension(path);
        if (Word(root, "name") is not ScalarNode name) return Slug.IsSafe(file) ? file : Slug.Of(file);
        return Slug.IsSafe(name.Text) ? name.Text
            : throw name.At.Error(
                $"name is '{name.Text}', expected up to 64 letters, digits, dots, hyphens and underscores: it names a folder");
    }

    private static IEnumerable<MapEntry> Train(MapNode map) => map["train"] switch
    {
        null => [],
        MapNode given => given.Entries,
        StudyNode other => throw other.At.Error($"train is {other.Kind}, expected a map of options such as {{epochs: 8}}"),
    };

    private static IEnumerable<long> Seeds(ListNode list)
    {
        var seen = new HashSet<long>();
        foreach (StudyNode node in list.Items)
        {
            long seed = Seed(node);
            yield return seen.Add(seed)
                ? seed : throw node.At.Error(string.Create(CultureInfo.InvariantCulture, $"the seed {seed} is given twice"));
        }
    }

    private static long Seed(StudyNode node) =>
        node is ScalarNode scalar && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out long seed)
            ? seed
            : throw node.At.Error($"a seed is {node.Kind}, expected a whole number");

    private ListNode List(string key) => root[key] switch
    {
        ListNode { Items.Count: > 0 } list => list,
        ScalarNode { FromCommandLine: true } several when several.Text.Contains(',', StringComparison.Ordinal) =>
            new ListNode(several.At, [.. several.Text.Split(',', StringSplitOptions.TrimEntries)
                .Select(t => new ScalarNode(several.At, t, IsNull: t.Length == 0))]),
        null => throw Missing(key, "a list"),
        StudyNode other =>
            throw other.At.Error(
                $"{key} is {other.Kind}, expected a list with at least one entry, e.g. {key}: "
                    + $"[{(other as ScalarNode)?.Text ?? "..."}]"),
    };

    private static ScalarNode? Word(MapNode map, string key) => map[key] switch
    {
        null => null,
        ScalarNode { IsNull: false } scalar => scalar,
        StudyNode other => throw other.At.Error($"{key} is {other.Kind}, expected a text"),
    };

    private InputException Missing(string key, string expected) =>
        root.At.Error($"the key '{key}' is missing, expected {expected}");
}
