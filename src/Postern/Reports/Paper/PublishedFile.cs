using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>
/// Reads a file with published values: YAML with <c>source</c>, <c>tables</c>, <c>datasets</c>, <c>models</c>, <c>entries</c>,
/// <c>settings</c> and <c>claims</c>. Every error is one line with the place, what was found and the nearest valid name.
/// </summary>
internal static class PublishedFile
{
    private const int MostLines = 10_000;

    private static readonly string[] Names = ["dataset", "model", "attack", "defence"];

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="InputException">It is missing or not such a file.</exception>
    public static PublishedValues Read(string path)
    {
        try
        {
            return ReadKnown(path);
        }
        catch (InputException) when (!LooksLikeOne(path))
        {
            // A path may lead to a file of any kind, whose content belongs in no message.
            throw new InputException(path,
                "is no file of published values, which is YAML with 'source' and 'tables' (studies/paper/published.yaml is one)");
        }
    }

    private static bool LooksLikeOne(string path)
    {
        if (FileStamp.Of(path, out _) is null) return true;
        try
        {
            return File.ReadLines(path).Take(MostLines).Any(l => l.StartsWith("source:", StringComparison.Ordinal)
                || l.StartsWith("tables:", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static PublishedValues ReadKnown(string path)
    {
        var file = new Fields(StudyDocument.ReadFile(path), "a file of published values", "source", "tables", "datasets",
            "models", "entries", "settings", "claims");
        string source = file.Text("source");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        (PublishedValue[] Values, PublishedAverage[] Averages)[] tables = [.. Tables(file).Select(t => Table(t, seen))];
        PublishedValue[] values = [.. tables.SelectMany(t => t.Values)];
        return new PublishedValues(source, values, [.. tables.SelectMany(t => t.Averages)],
            [.. file.OptionalList("settings").Select(Setting)],
            [.. file.OptionalList("datasets").Select(Dataset)], [.. file.OptionalList("models").Select(Model)],
            new ClaimReader(values).Read(file.OptionalList("claims")))
        {
            DatasetEntries = [.. file.OptionalList("entries").Select(n => Entry(n, "dataset")).OfType<PublishedEntry>()],
            ModelEntries = [.. file.OptionalList("entries").Select(n => Entry(n, "model")).OfType<PublishedEntry>()],
        };
    }

    /// <summary>The tables; a list without any is that of a file that has claims alone.</summary>
    private static IReadOnlyList<StudyNode> Tables(Fields file) =>
        file["tables"] is ListNode { Items.Count: 0 } && file["claims"] is not null ? [] : file.List("tables");

    /// <summary>An entry about a dataset or about a model; null where it is about the other.</summary>
    private static PublishedEntry? Entry(StudyNode node, string kind)
    {
        var fields = new Fields(node, "an entry", "dataset", "model", "is", "preset");
        if (fields.OptionalText("dataset") is null == fields.OptionalText("model") is null)
            throw fields.At.Error("an entry needs either 'dataset' or 'model'");
        return fields.OptionalText(kind) is string name
            ? new PublishedEntry(name, fields.Texts("is"), fields.OptionalText("preset")) : null;
    }

    private static (PublishedValue[] Values, PublishedAverage[] Averages) Table(StudyNode node, HashSet<string> seen)
    {
        var table = new Fields(node, "a table", ["name", "shows", .. Names, "values", "averages"]);
        string name = table.Text("name");
        table.Text("shows");
        if (!seen.Add(name)) throw table["name"]!.At.Error($"the table '{name}' is given twice");
        var keys = new HashSet<(CellNames, AttackCondition)>();
        PublishedValue[] values = [.. table.List("values").Select(v => Value(v, table, name, keys))];
        return (values, [.. table.OptionalList("averages").Select(a => Average(a, table, name, values))]);
    }

    private static PublishedValue Value(StudyNode node, Fields table, string name, HashSet<(CellNames, AttackCondition)> seen)
    {
        var fields = new Fields(node, "a value", [.. Names, "poison_rate", "intensity", "acc", "asr"]);
        var names = new CellNames(Named("dataset"), Named("model"), Named("attack"), Named("defence"));
        var condition = new AttackCondition(fields.OptionalNumber("poison_rate", 0, 1),
            fields.OptionalNumber("intensity", 0, 255));
        var value = new PublishedValue(name, names, condition, Number(fields, "acc"), Number(fields, "asr"));
        if (value.Acc is null && value.Asr is null) throw fields.At.Error("a value needs 'acc' or 'asr'");
        return seen.Add((names, condition))
            ? value : throw fields.At.Error(
                $"{name} has the value of {names.Dataset}, {names.Model}, {names.Attack}, {names.Defence} twice");

        string Named(string key) => fields.OptionalText(key) ?? table.OptionalText(key) ?? throw fields.Missing(key);
    }

    private static PublishedAverage Average(StudyNode node, Fields table, string name, PublishedValue[] values)
    {
        var fields = new Fields(node, "an average", "dataset", "model", "acc", "asr");
        string dataset = fields.OptionalText("dataset") ?? table.OptionalText("dataset")
            ?? throw fields.Missing("dataset"), model = fields.Text("model");
        PublishedValue[] rows = [.. values
            .Where(v => v.Acc is not null && v.Asr is not null && v.Names.Dataset == dataset && v.Names.Model == model)];
        if (rows.Length == 0) throw fields.At.Error($"{name} has no attacked rows of {model} on {dataset} to average");
        return new PublishedAverage(name, dataset, model, Number(fields, "acc") ?? throw fields.Missing("acc"),
            Number(fields, "asr") ?? throw fields.Missing("asr"),
            rows.Average(r => r.Acc!.Percent), rows.Average(r => r.Asr!.Percent));
    }

    private static PublishedNumber? Number(Fields fields, string key)
    {
        if (fields[key] is not MapNode node) return fields.OptionalNumber(key, 0, 100) is decimal exact
            ? new PublishedNumber(exact, NumberKind.Exact)
            : null;
        var inexact = new Fields(node, $"an inexact {key}", "above", "near");
        return (inexact.OptionalNumber("above", 0, 100), inexact.OptionalNumber("near", 0, 100)) switch
        {
            (decimal above, null) => new PublishedNumber(above, NumberKind.Above),
            (null, decimal near) => new PublishedNumber(near, NumberKind.Near),
            _ => throw node.At.Error($"{key} needs either 'above' or 'near'"),
        };
    }

    private static PublishedSetting Setting(StudyNode node)
    {
        var fields = new Fields(node, "a setting", "dataset", "attack", "table", "poison_rate", "intensity");
        var condition = new AttackCondition(fields.OptionalNumber("poison_rate", 0, 1) ?? throw fields.Missing("poison_rate"),
            fields.OptionalNumber("intensity", 0, 255));
        return new PublishedSetting(fields.Text("dataset"), fields.Text("attack"), fields.Text("table"), condition);
    }

    private static PublishedDataset Dataset(StudyNode node)
    {
        var fields = new Fields(node, "a dataset", "name", "table", "input", "classes", "train", "test");
        return new PublishedDataset(fields.Text("name"), fields.Text("table"), fields.Text("input"), fields.Count("classes"),
            fields.Count("train"), fields.Count("test"));
    }

    private static PublishedModel Model(StudyNode node)
    {
        var fields = new Fields(node, "a model", "name", "table", "parameters");
        return new PublishedModel(fields.Text("name"), fields.Text("table"), fields.Count("parameters"));
    }
}
