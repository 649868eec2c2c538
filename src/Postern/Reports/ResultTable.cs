using Postern.Studies;

namespace Postern.Reports;

/// <summary>The main table as data: a row for each dataset and attack, a column for each model. Exporters only write it down.</summary>
/// <param name="Title">The study's name.</param>
/// <param name="About">The study's line about itself; may be empty.</param>
/// <param name="Models">Labels of the columns.</param>
/// <param name="Rows">In the study's order.</param>
public sealed record ResultTable(string Title, string About, IReadOnlyList<string> Models, IReadOnlyList<ResultRow> Rows)
{
    /// <summary>What the numbers are, for the foot of a table.</summary>
    public const string Legend = "ACC / ASR in percent; over several seeds mean ± standard deviation. "
        + "An empty entry has not run; – means that there is nothing to measure.";

    /// <summary>The table of <paramref name="cells"/>.</summary>
    public static ResultTable Of(Study study, IReadOnlyList<CellReport> cells)
    {
        string[] models = [.. cells.Select(c => c.Cell.ModelLabel).Distinct()];
        return new ResultTable(study.Name, study.About, models,
        [
            .. cells.GroupBy(c => (c.Cell.DatasetLabel, c.Cell.AttackLabel)).Select(row => new ResultRow(
                row.Key.DatasetLabel, row.Key.AttackLabel,
                [.. models.Select(m => ResultEntry.Of([.. row.Where(c => c.Cell.ModelLabel == m)]))])),
        ]);
    }
}

/// <summary>One dataset and attack.</summary>
/// <param name="Dataset">The dataset's label.</param>
/// <param name="Attack">The attack's label.</param>
/// <param name="Entries">One for each of <see cref="ResultTable.Models"/>.</param>
public sealed record ResultRow(string Dataset, string Attack, IReadOnlyList<ResultEntry> Entries);
