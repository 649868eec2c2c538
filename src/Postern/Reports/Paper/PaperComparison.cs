using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>
/// A study beside the paper: each row with the printed value, the averages, and what it says of the paper's claims. Exporters
/// only write it down.
/// </summary>
/// <param name="Title">The study's name.</param>
/// <param name="Source">The paper.</param>
/// <param name="Rows">A row for each dataset, attack, defence and model of the study, in the order of its table.</param>
/// <param name="Averages">Where at least two attacked rows of a table with printed averages are measured.</param>
/// <param name="Claims">Those about cells that the study has.</param>
public sealed record PaperComparison(
    string Title, string Source, IReadOnlyList<PaperRow> Rows, IReadOnlyList<PaperAverage> Averages,
    IReadOnlyList<ClaimResult> Claims)
{
    /// <summary>The options in which rows differ.</summary>
    internal OptionColumns Options { get; } = OptionColumns.Of(Rows.Select(r => RowSettings.Of(r.Entry.Cells[0].Cell)));

    /// <summary>What stands in the columns of <see cref="Options"/> for <paramref name="row"/>.</summary>
    internal IReadOnlyList<string> OptionsOf(PaperRow row) => Options.Of(RowSettings.Of(row.Entry.Cells[0].Cell));

    /// <summary>The comparison with the file that <paramref name="summary"/>'s study names; null where it names none.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public static PaperComparison? Read(StudySummary summary) =>
        summary.Study.Published is string path ? Of(summary, PublishedValues.Read(path)) : null;

    /// <summary>The comparison of <paramref name="summary"/> with <paramref name="published"/>.</summary>
    public static PaperComparison Of(StudySummary summary, PublishedValues published)
    {
        // A detector leaves ASR as it is: that is no claim about a defence.
        IReadOnlyList<CellReport> cells = summary.Rated;
        var sweeps = new Sweeps(cells, published);
        var settings = new PaperSettings(published);
        PaperRow[] rows =
        [
            .. summary.Table.Rows.SelectMany(r => r.Entries).Where(e => e.Cells.Count > 0)
                .Select(e => Row(e, published, settings, sweeps.Contains(e.Cells[0].Cell))),
        ];
        return new PaperComparison(summary.Study.Name, published.Source, rows,
            [.. published.Averages.SelectMany(a => Measured(a, rows, published))],
            new ClaimEvaluation(cells, published, sweeps, settings).Results);
    }

    private static PaperRow Row(ResultEntry entry, PublishedValues published, PaperSettings settings, bool exact)
    {
        Cell cell = entry.Cells[0].Cell;
        // A table of the paper says nothing about another dataset.
        IReadOnlyList<PublishedValue> values =
            settings.IsOtherDataset(cell) ? [] : published.Of(cell.Paper, AttackCondition.Of(cell.Attack), exact);
        IReadOnlyList<string> differences =
            [.. entry.Cells.SelectMany(c => settings.Of(c, settingIsNamed: values.All(v => !v.Condition.IsEmpty))).Distinct()];
        bool papers = differences.Count == 0;
        return new PaperRow(cell.Labels, cell.Paper, entry,
            new PaperMeasure(entry.Acc, PrintedNumber.Of(values, v => v.Acc), papers),
            new PaperMeasure(entry.Asr, PrintedNumber.Of(values, v => v.Asr), papers), differences);
    }

    private static IEnumerable<PaperAverage> Measured(PublishedAverage average, PaperRow[] rows, PublishedValues published) =>
        from row in rows
        where PublishedValues.Same(row.Paper.Dataset, average.Dataset) && PublishedValues.Same(row.Paper.Model, average.Model)
            && !row.Entry.Cells[0].Cell.IsDefended
            && row.Asr is { Measured: not null } && row.Asr.Printed.Any(p => p.Tables.Contains(average.Table))
        group row by (row.Labels.Dataset, row.Labels.Model) into column
        where column.Count() > 1
        select new PaperAverage(column.Key.Dataset, column.Key.Model, average, 100 * column.Average(r => r.Acc.Measured!.Mean),
            100 * column.Average(r => r.Asr.Measured!.Mean),
            column.Count(), published.Values.Count(v => v.Table == average.Table && v.Names.Model == average.Model
                && v.Asr is not null), [.. column.SelectMany(r => r.Settings).Distinct()]);
}
