using Postern.Configuration;
using Postern.Probes;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>
/// Reads the claims of a file with published values. A claim can name only what the tables name, where there are any, so that a
/// misspelt name is an error and not a claim about nothing.
/// </summary>
internal sealed class ClaimReader
{
    private const decimal MaxNumber = 1000;
    private static readonly string[] Measures = ["acc", "asr", "loss", "gap", "adversarial", "probe"], Relations =
        ["greater", "less", "within", "at least", "at most"];
    private static readonly string[] Selectors = ["dataset", "model", "attack", "defence", "poison_rate", "intensity"];

    private readonly Dictionary<string, string[]> names;

    /// <summary>A reader of claims about the cells of <paramref name="values"/>.</summary>
    public ClaimReader(IReadOnlyList<PublishedValue> values) => names = new()
    {
        ["dataset"] = [.. values.Select(v => v.Names.Dataset).Distinct()],
        ["model"] = [.. values.Select(v => v.Names.Model).Distinct()],
        ["attack"] = [.. values.Select(v => v.Names.Attack).Distinct()],
        ["defence"] = [.. values.Select(v => v.Names.Defence).Distinct()],
    };

    /// <summary>The claims of the list.</summary>
    /// <exception cref="InputException">Anything that is not a claim.</exception>
    public IReadOnlyList<Claim> Read(IReadOnlyList<StudyNode> nodes)
    {
        var claims = new List<Claim>();
        foreach (StudyNode node in nodes)
        {
            var fields = new Fields(node, "a claim", "id", "text", "table", "remark", "comparisons");
            var claim = new Claim(fields.Text("id"), fields.Text("text"), fields.OptionalText("table") ?? "",
                [.. fields.List("comparisons").Select(ReadComparison)])
            {
                Remark = fields.OptionalText("remark") ?? "",
            };
            if (claims.Exists(c => c.Id == claim.Id)) throw fields["id"]!.At.Error($"the claim '{claim.Id}' is given twice");
            claims.Add(claim);
        }
        return claims;
    }

    private Comparison ReadComparison(StudyNode node)
    {
        var fields = new Fields(node, "a comparison", "measure", "probe", "number", "left", "relation", "right", "margin");
        var measure = (ComparedMeasure)Word(fields, "measure", Measures);
        string? probe = Probe(fields, measure), number = fields.OptionalText("number");
        ComparisonSide left = Side(fields["left"] ?? throw fields.Missing("left"), "left", probe, number);
        ComparisonSide right = Side(fields["right"] ?? throw fields.Missing("right"), "right", probe, number);
        if (left.Plus is null) throw fields["left"]!.At.Error("left is a number, expected cells; write the number on the right");
        var comparison = new Comparison(measure, left, (Relation)Word(fields, "relation", Relations), right,
            fields.OptionalNumber("margin", 0, MaxNumber) ?? 0)
        {
            Probe = probe,
        };
        return comparison.Relation == Relation.Within && fields["margin"] is null ? throw fields.Missing("margin") : comparison;
    }

    /// <summary>The probe that is named where its numbers are compared; nothing else has one.</summary>
    private static string? Probe(Fields fields, ComparedMeasure measure)
    {
        if (measure == ComparedMeasure.Probe)
            return ProbeCatalog.All.Get(fields.Text("probe"), fields["probe"]!.At.Where).Name;
        return (fields["probe"] ?? fields["number"]) is StudyNode other
            ? throw other.At.Error("belongs to the measure probe; write measure: probe, or remove it") : null;
    }

    private static int Word(Fields fields, string key, string[] words)
    {
        string text = fields.Text(key);
        int index = Array.IndexOf(words, text);
        return index >= 0 ? index : throw fields[key]!.At.Error(NearestName.Unknown(key, text, words));
    }

    private ComparisonSide Side(StudyNode node, string key, string? probe, string? number)
    {
        if (node is ScalarNode) return new ComparisonSide(null, null, Fields.NumberOf(node, key, -MaxNumber, MaxNumber));
        string[] keys = [.. Selectors, .. probe is null ? [] : new[] { "number" }];
        var fields = new Fields(node, $"the {key} side", [.. keys, "minus"]);
        CellSelector plus = Selector(fields, null) with { Number = fields.OptionalText("number") ?? number };
        if (probe is not null && plus.Number is null)
            throw node.At.Error($"the {key} side names no 'number' of the probe {probe}; give it one, or the comparison");
        return new ComparisonSide(plus, fields["minus"] is StudyNode minus ? Minus(new Fields(minus, "minus", keys), plus) : null,
            0);
    }

    private CellSelector Minus(Fields fields, CellSelector plus) =>
        Selector(fields, plus) with { Number = fields.OptionalText("number") ?? plus.Number };

    /// <summary>
    /// The cells that <paramref name="fields"/> names; a key that is left out is that of <paramref name="rest"/>.
    /// </summary>
    private CellSelector Selector(Fields fields, CellSelector? rest)
    {
        return new CellSelector(
            Words("dataset", rest?.Datasets), Words("model", rest?.Models), Words("attack", rest?.Attacks),
            Words("defence", rest?.Defences),
            Numbers("poison_rate", 1, rest?.PoisonRates), Numbers("intensity", 255, rest?.Intensities));

        IReadOnlyList<string> Words(string key, IReadOnlyList<string>? inherited) =>
            fields[key] is null ? inherited ?? [] : fields.OneOrMore(key, Name);

        IReadOnlyList<decimal> Numbers(string key, decimal max, IReadOnlyList<decimal>? inherited) =>
            fields[key] is null ? inherited ?? [] : fields.OneOrMore(key, (n, k) => Fields.NumberOf(n, k, 0, max));
    }

    private string Name(StudyNode node, string key)
    {
        string text = Fields.TextOf(node, key);
        // A file without tables is about a study's own cells: what it names and the study has not is said with the claim.
        if (names[key].Length == 0) return text;
        return names[key].FirstOrDefault(n => PublishedValues.Same(n, text))
            ?? throw node.At.Error($"no table has the {key} '{text}'{NearestName.Hint(text, names[key])}");
    }
}
