namespace Postern.Probes;

/// <summary>
/// What a probe found, made of parts that everything after it can read: the record, the command's tables, the report, claims. A
/// probe that has something else to say says it with these.
/// </summary>
/// <param name="Numbers">What claims and curves over a training speak of; names are unique.</param>
public sealed record ProbeFinding(IReadOnlyList<ProbeNumber> Numbers)
{
    /// <summary>Tables, in the order in which they are read.</summary>
    public IReadOnlyList<ProbeTable> Tables { get; init; } = [];

    /// <summary>Curves, in the order in which they are read.</summary>
    public IReadOnlyList<ProbeCurve> Curves { get; init; } = [];

    /// <summary>Heat maps, in the order in which they are read.</summary>
    public IReadOnlyList<ProbeMap> Maps { get; init; } = [];

    /// <summary>What a reader should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The number called <paramref name="name"/>; null where there is none.</summary>
    public Quantity? this[string name] => Numbers.FirstOrDefault(n => n.Name == name)?.Value;

    /// <summary>Why its parts cannot be right, or null where they can.</summary>
    public string? Contradiction() => Numbers.GroupBy(n => n.Name).FirstOrDefault(g => g.Count() > 1) is { Key: string twice }
        ? $"two numbers are called {twice}"
        : Tables.Select(t => t.Contradiction()).Concat(Curves.Select(c => c.Contradiction()))
            .Concat(Maps.Select(m => m.Contradiction())).FirstOrDefault(c => c is not null);
}

/// <summary>A number by name.</summary>
/// <param name="Name">Lower-case words with hyphens, for claims and files: <c>edge-cut-asr-change</c>.</param>
/// <param name="Title">What it is, for readers.</param>
/// <param name="Value">The number.</param>
public sealed record ProbeNumber(string Name, string Title, Quantity Value);

/// <summary>A table.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Heads">The columns' names.</param>
/// <param name="Rows">As many entries in each as there are heads.</param>
public sealed record ProbeTable(string Title, IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<ProbeEntry>> Rows)
{
    /// <summary>What a reader must know to read it; empty for nothing.</summary>
    public string Caption { get; init; } = "";

    internal string? Contradiction() => Rows.FirstOrDefault(r => r.Count != Heads.Count) is { } row
        ? FormattableString.Invariant($"a row of the table '{Title}' has {row.Count} entries for {Heads.Count} columns") : null;
}

/// <summary>What stands in one place of a table: a text or a number.</summary>
/// <param name="Text">The text; null for a number.</param>
/// <param name="Number">The number; null for a text.</param>
public sealed record ProbeEntry(string? Text, Quantity? Number)
{
    /// <summary>A text.</summary>
    public static implicit operator ProbeEntry(string text) => new(text, null);

    /// <summary>A number.</summary>
    public static implicit operator ProbeEntry(Quantity number) => new(null, number);

    /// <summary>As people read it.</summary>
    public override string ToString() => Text ?? Number?.ToString() ?? "";
}

/// <summary>Curves over one axis.</summary>
/// <param name="Title">What they show.</param>
/// <param name="X">What the axis counts: <c>token</c>.</param>
/// <param name="Y">What the curves are of.</param>
/// <param name="Unit">Of what kind their values are.</param>
/// <param name="Series">The curves.</param>
public sealed record ProbeCurve(string Title, string X, string Y, ProbeUnit Unit, IReadOnlyList<ProbeSeries> Series)
{
    internal string? Contradiction() => Series.FirstOrDefault(s => s.Y.Count != s.X.Count
        || (s.Low.Count, s.High.Count) != (0, 0) && (s.Low.Count, s.High.Count) != (s.X.Count, s.X.Count)) is { } series
        ? $"the curve '{series.Name}' of '{Title}' has not a value for each place" : null;
}

/// <summary>A curve.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Places on the axis, ascending.</param>
/// <param name="Y">A value for each.</param>
public sealed record ProbeSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Lower end of the 95% interval at each place; empty for no band.</summary>
    public IReadOnlyList<double> Low { get; init; } = [];

    /// <summary>Upper end of the 95% interval at each place; empty for no band.</summary>
    public IReadOnlyList<double> High { get; init; } = [];

    /// <summary>A curve with the band of its values' intervals.</summary>
    /// <param name="name">Its name in the legend.</param>
    /// <param name="x">Places on the axis, ascending.</param>
    /// <param name="values">A value for each.</param>
    public static ProbeSeries Of(string name, IReadOnlyList<double> x, IReadOnlyList<Quantity> values)
    {
        var line = new ProbeSeries(name, x, [.. values.Select(v => v.Value)]);
        return !values.Any(v => v.HasInterval) ? line
            : line with { Low = [.. values.Select(v => v.Low)], High = [.. values.Select(v => v.High)] };
    }
}
