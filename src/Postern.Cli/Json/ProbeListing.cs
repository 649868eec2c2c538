using Postern.Probes;
using Postern.Studies;

namespace Postern.Cli.Json;

/// <summary>A probe that <c>postern probes</c> lists.</summary>
internal sealed record ProbeEntryListing(
    string Name, string Summary, string Cost, string Source, IReadOnlyList<OptionListing> Options)
{
    public static ProbeEntryListing Of(Probe probe) =>
        new(probe.Name, probe.Summary, probe.Cost, probe.Source, [.. probe.Options.Select(OptionListing.Of)]);
}

/// <summary>What a probe found of a cell. Values and ends of intervals are null where there are none.</summary>
internal sealed record ProbeListing(
    string Cell, string Probe, IReadOnlyDictionary<string, string> Options, IReadOnlyList<ProbeNumberListing> Numbers,
    IReadOnlyList<ProbeTableListing> Tables, IReadOnlyList<ProbeCurveListing> Curves, IReadOnlyList<ProbeMapListing> Maps,
    IReadOnlyList<string> Notes)
{
    public static ProbeListing Of(ProbeRecord record) => new(record.Id, record.Probe, record.Options,
        [.. record.Finding.Numbers.Select(n => new ProbeNumberListing(n.Name, n.Title, QuantityListing.Of(n.Value)))],
        [.. record.Finding.Tables.Select(ProbeTableListing.Of)], [.. record.Finding.Curves.Select(ProbeCurveListing.Of)],
        [.. record.Finding.Maps.Select(ProbeMapListing.Of)], record.Finding.Notes);

    /// <summary>A number as JSON has it.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Numbers as JSON has them.</summary>
    public static IReadOnlyList<double?> Finite(IEnumerable<double> values) => [.. values.Select(v => Finite(v))];
}

/// <summary>A number that claims can speak of.</summary>
internal sealed record ProbeNumberListing(string Name, string Title, QuantityListing Value);

/// <summary>
/// A number with its 95% interval; <c>unit</c> is <c>plain</c>, <c>share</c>, <c>change</c>, <c>tokens</c> or <c>difference</c>.
/// </summary>
internal sealed record QuantityListing(double? Value, double? Low, double? High, string Unit)
{
    public static QuantityListing Of(Quantity quantity) => new(ProbeListing.Finite(quantity.Value),
        ProbeListing.Finite(quantity.Low), ProbeListing.Finite(quantity.High), NameOf(quantity.Unit));

    public static string NameOf(ProbeUnit unit) => unit.ToString().ToLowerInvariant();
}

/// <summary>A table; an entry is a text or a number.</summary>
internal sealed record ProbeTableListing(
    string Title, IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<object>> Rows, string Caption)
{
    public static ProbeTableListing Of(ProbeTable table) => new(table.Title, table.Heads,
        [.. table.Rows.Select(row => (IReadOnlyList<object>)[.. row.Select(Entry)])], table.Caption);

    private static object Entry(ProbeEntry entry) =>
        entry.Number is Quantity number ? QuantityListing.Of(number) : entry.Text ?? "";
}

/// <summary>Curves over one axis; <c>low</c> and <c>high</c> are empty where there is no band.</summary>
internal sealed record ProbeCurveListing(
    string Title, string X, string Y, string Unit, IReadOnlyList<ProbeSeriesListing> Series)
{
    public static ProbeCurveListing Of(ProbeCurve curve) => new(curve.Title, curve.X, curve.Y, QuantityListing.NameOf(curve.Unit),
        [.. curve.Series.Select(s => new ProbeSeriesListing(s.Name, ProbeListing.Finite(s.X), ProbeListing.Finite(s.Y),
            ProbeListing.Finite(s.Low), ProbeListing.Finite(s.High)))]);
}

/// <summary>A curve.</summary>
internal sealed record ProbeSeriesListing(
    string Name, IReadOnlyList<double?> X, IReadOnlyList<double?> Y, IReadOnlyList<double?> Low, IReadOnlyList<double?> High);

/// <summary>A heat map, row after row.</summary>
internal sealed record ProbeMapListing(
    string Title, string Unit, int Rows, int Columns, IReadOnlyList<double?> Values, bool Diverging, string RowAxis,
    string ColumnAxis, string Caption)
{
    public static ProbeMapListing Of(ProbeMap map) => new(map.Title, QuantityListing.NameOf(map.Unit), map.Rows, map.Columns,
        ProbeListing.Finite(map.Values), map.IsDiverging, map.RowAxis, map.ColumnAxis, map.Caption);
}
