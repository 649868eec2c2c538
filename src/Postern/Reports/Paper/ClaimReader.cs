using Postern.Configuration;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>
/// Reads the claims of a file with published values. A claim can name only what the tables name, so that a misspelt name is an
/// error and not a claim about nothing.
/// </summary>
internal sealed class ClaimReader
{
    private const decimal MaxNumber = 1000;
    private static readonly string[] Measures = ["acc", "asr", "loss", "gap", "adversarial"], Relations =
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
            var claim = new Claim(fields.Text("id"), fields.Text("text"), fields.Text("table"),
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
        var fields = new Fields(node, "a comparison", "measure", "left", "relation", "right", "margin");
        ComparisonSide left = Side(fields["left"] ?? throw fields.Missing("left"), "left");
        ComparisonSide right = Side(fields["right"] ?? throw fields.Missing("right"), "right");
        if (left.Plus is null) throw fields["left"]!.At.Error("left is a number, expected cells; write the number on the right");
        var comparison = new Comparison((ComparedMeasure)Word(fields, "measure", Measures), left,
            (Relation)Word(fields, "relation", Relations), right,
            fields.OptionalNumber("margin", 0, MaxNumber) ?? 0);
        return comparison.Relation == Relation.Within && fields["margin"] is null ? throw fields.Missing("margin") : comparison;
    }

    private static int Word(Fields fields, string key, string[] words)
    {
        string text = fields.Text(key);
        int index = Array.IndexOf(words, text);
        return index >= 0 ? index : throw fields[key]!.At.Error(NearestName.Unknown(key, text, words));
    }

    private ComparisonSide Side(StudyNode node, string key)
    {
        if (node is ScalarNode) return new ComparisonSide(null, null, Fields.NumberOf(node, key, -MaxNumber, MaxNumber));
        var fields = new Fields(node, $"the {key} side", [.. Selectors, "minus"]);
        CellSelector plus = Selector(fields, null);
        return new ComparisonSide(plus,
            fields["minus"] is StudyNode minus ? Selector(new Fields(minus, "minus", Selectors), plus) : null, 0);
    }

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
        return names[key].FirstOrDefault(n => PublishedValues.Same(n, text))
            ?? throw node.At.Error($"no table has the {key} '{text}'{NearestName.Hint(text, names[key])}");
    }
}
