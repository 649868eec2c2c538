using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>
/// Which of a study's cells go by one name of the paper with several settings: a sweep over rates or intensities. What the paper
/// says of such a name without naming a setting, it says of the cells that are set as its own.
/// </summary>
internal sealed class Sweeps
{
    private readonly HashSet<CellNames> names;
    private readonly PublishedValues published;

    /// <summary>The sweeps of a study.</summary>
    /// <param name="cells">The study's cells.</param>
    /// <param name="published">What the paper sets its attacks to.</param>
    public Sweeps(IEnumerable<CellReport> cells, PublishedValues published)
    {
        names =
        [
            .. cells.GroupBy(c => c.Cell.Paper)
                .Where(g => g.Select(c => AttackCondition.Of(c.Cell.Attack)).Distinct().Count() > 1).Select(g => g.Key),
        ];
        this.published = published;
    }

    /// <summary>Whether <paramref name="cell"/> is one of several settings.</summary>
    public bool Contains(Cell cell) => names.Contains(cell.Paper);

    /// <summary>
    /// Whether <paramref name="cell"/> is meant where no setting is named: all are but those of a sweep that are set otherwise
    /// than the paper's.
    /// </summary>
    public bool IsMeant(Cell cell) => !Contains(cell)
        || published.Setting(cell.Paper.Dataset, cell.Paper.Attack)?.Condition.Holds(AttackCondition.Of(cell.Attack)) != false;
}
