using Postern.Configuration;
using Postern.Native;
using YamlDotNet.Serialization;

namespace Postern.Studies;

/// <summary>
/// A study as it was read, with grids written out, <c>--set</c> values put in, defaults filled in and paths absolute: a study
/// file of the same cells, wherever it is put.
/// </summary>
internal sealed record ResolvedStudy
{
    public required string Name { get; init; }

    public required string About { get; init; }

    public required IReadOnlyList<StudyEntry> Datasets { get; init; }

    public required IReadOnlyList<StudyEntry> Models { get; init; }

    public required IReadOnlyList<StudyEntry> Attacks { get; init; }

    public required IReadOnlyList<StudyEntry> Defences { get; init; }

    public required IReadOnlyList<long> Seeds { get; init; }

    public required long? PoisonSeed { get; init; }

    public required TrainingPlan Training { get; init; }

    public required PretrainingPlan? Pretraining { get; init; }

    public required Choice? Measure { get; init; }

    public required IReadOnlyList<Choice> Probes { get; init; }

    public required string? Published { get; init; }

    public required string Device { get; init; }

    /// <summary>The file's text.</summary>
    public string ToYaml()
    {
        var study = new Dictionary<string, object> { ["name"] = Name };
        if (About.Length > 0) study["about"] = About;
        study["datasets"] = Datasets.Select(Dataset).ToArray();
        study["models"] = Models.Select(Entry).ToArray();
        study["attacks"] = Attacks.Select(Entry).ToArray();
        study["defences"] = Defences.Select(Entry).ToArray();
        study["seeds"] = Seeds.ToArray();
        if (PoisonSeed is long poison) study["poison_seed"] = poison;
        Add(study, Training);
        if (Pretraining is PretrainingPlan plan)
        {
            var start = new Dictionary<string, object>();
            Add(start, plan.Training);
            start["seed"] = plan.Seed;
            study["pretrain"] = start;
        }
        if (Measure is Choice measure) study["measures"] = new[] { Options(measure, measure.Values.Keys, measure.Name) };
        if (Probes.Count > 0) study["probes"] = Probes.Select(p => Options(p, p.Values.Keys, p.Name)).ToArray();
        if (Published is string file) study["published"] = file;
        if (Device != ComputeDevice.Auto) study["device"] = Device;
        return new SerializerBuilder().DisableAliases().WithQuotingNecessaryStrings().WithNewLine("\n").Build().Serialize(study);
    }

    private static Dictionary<string, object> Entry(StudyEntry entry)
    {
        Dictionary<string, object> lines = Options(entry.Choice, entry.Choice.Values.Keys, entry.Choice.Name);
        lines["label"] = entry.Label;
        if (entry.Paper != entry.Label) lines["paper"] = entry.Paper;
        return lines;
    }

    // A label that the study did not give would make another dataset of it (EntryReader), and one that it made of what was set is
    // made again of nothing else.
    private static Dictionary<string, object> Dataset(StudyEntry entry)
    {
        bool isWhole = entry.IsLabelled || entry.Label == entry.Choice.Name;
        Dictionary<string, object> lines =
            Options(entry.Choice, isWhole ? entry.Choice.Values.Keys : entry.Given.Keys, entry.Choice.Name);
        if (entry.IsLabelled) lines["label"] = entry.Label;
        if (entry.Paper != entry.Label) lines["paper"] = entry.Paper;
        return lines;
    }

    private static void Add(Dictionary<string, object> lines, TrainingPlan plan)
    {
        lines["preset"] = plan.Preset.Name;
        if (plan.Overrides.Count == 0) return;
        lines["train"] = plan.Overrides.OrderBy(o => o.Key, StringComparer.Ordinal).ToDictionary(o => o.Key,
            o => OptionValue.Typed(plan.Preset.Options.First(p => p.Name == o.Key), o.Value));
    }

    // As they were written, so that auto is what it stands for wherever the file is read.
    private static Dictionary<string, object> Options(Choice choice, IEnumerable<string> keys, string name)
    {
        var lines = new Dictionary<string, object> { ["name"] = name };
        foreach (string key in keys.Order(StringComparer.Ordinal))
            lines[key] = OptionValue.Typed(choice.Entry.Options.First(o => o.Name == key), choice.Written(key));
        return lines;
    }
}
