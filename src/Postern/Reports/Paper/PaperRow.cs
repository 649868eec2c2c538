using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>A printed number and where it is printed.</summary>
/// <param name="Number">The number.</param>
/// <param name="Tables">Every table and figure that prints it.</param>
public sealed record PrintedNumber(PublishedNumber Number, IReadOnlyList<string> Tables)
{
    /// <summary><c>99.16 (Table 1, Table 4)</c>.</summary>
    public override string ToString() => $"{Number} ({string.Join(", ", Tables)})";

    /// <summary>
    /// The numbers that <paramref name="of"/> takes from <paramref name="values"/>, equal ones together, exact ones first.
    /// </summary>
    internal static IReadOnlyList<PrintedNumber> Of(
        IReadOnlyList<PublishedValue> values, Func<PublishedValue, PublishedNumber?> of) =>
    [
        .. values.Where(v => of(v) is not null).GroupBy(v => of(v)!)
            .Select(g => new PrintedNumber(g.Key, [.. g.Select(v => v.Table).Distinct()]))
            .OrderBy(n => n.Number.Kind),
    ];
}

/// <summary>ACC or ASR as measured and as printed.</summary>
/// <param name="Measured">What the study measured; null where nothing is done, or there is nothing to measure.</param>
/// <param name="Printed">What the paper prints; empty for nothing, several where its tables disagree.</param>
/// <param name="IsPapers">Whether the cells are set as the paper's, so that a difference means something.</param>
public sealed record PaperMeasure(Measure? Measured, IReadOnlyList<PrintedNumber> Printed, bool IsPapers)
{
    /// <summary>The number to compare with; null where none is exact.</summary>
    public decimal? Exact => Printed.FirstOrDefault(p => p.Number.Kind == NumberKind.Exact)?.Number.Percent;

    /// <summary>Measured - printed, in points; null where one of them is missing or the setting is not the paper's.</summary>
    public double? Difference => Exact is decimal exact ? DifferenceTo(exact) : null;

    /// <summary>Measured - <paramref name="printed"/> percent, in points; null as <see cref="Difference"/>.</summary>
    public double? DifferenceTo(decimal printed) =>
        Measured is not null && IsPapers ? 100 * Measured.Mean - (double)printed : null;
}

/// <summary>Cells of a study that differ in their seed only, beside what the paper prints for them.</summary>
/// <param name="Labels">Their names in the study's tables.</param>
/// <param name="Paper">What the paper calls them.</param>
/// <param name="Entry">What they measured, and how far they are.</param>
/// <param name="Acc">ACC.</param>
/// <param name="Asr">ASR.</param>
/// <param name="Settings">How the cells are set otherwise than the paper's, a few words each; empty where they are not.</param>
public sealed record PaperRow(CellNames Labels, CellNames Paper, ResultEntry Entry, PaperMeasure Acc, PaperMeasure Asr,
    IReadOnlyList<string> Settings)
{
    /// <summary><see cref="Settings"/> in one line.</summary>
    public string Remark => PaperSettings.Text(Settings);
}

/// <summary>Averages over the attacked rows of a table.</summary>
/// <param name="Dataset">The dataset's name in the study's tables.</param>
/// <param name="Model">The model's name in the study's tables.</param>
/// <param name="Printed">What the paper prints, and the mean of its rows.</param>
/// <param name="Acc">Measured average ACC, percent.</param>
/// <param name="Asr">Measured average ASR, percent.</param>
/// <param name="Rows">Rows that are in the measured average; each has at least one finished seed.</param>
/// <param name="Of">Rows of the paper's table.</param>
/// <param name="Settings">How any of the rows is set otherwise than the paper's.</param>
public sealed record PaperAverage(string Dataset, string Model, PublishedAverage Printed, double Acc, double Asr, int Rows,
    int Of, IReadOnlyList<string> Settings)
{
    /// <summary>How many rows, of how many, and where they are not the paper's: <c>2 of 3</c>.</summary>
    public string RowsText => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Rows} of {Of}{(Settings.Count > 0 ? $", {PaperSettings.Badge}" : "")}");
}
