namespace Postern.Reports.Tables;

/// <summary>The cells of a study that differ in their seed only.</summary>
/// <param name="Dataset">The dataset's label.</param>
/// <param name="Model">The model's label.</param>
/// <param name="Attack">The attack's label.</param>
/// <param name="Defence">The defence's label; empty where nothing is defended.</param>
/// <param name="Cells">One for each seed.</param>
internal sealed record CellGroup(string Dataset, string Model, string Attack, string Defence, IReadOnlyList<CellReport> Cells)
{
    /// <summary>What was measured over the seeds.</summary>
    public ResultEntry Entry { get; } = ResultEntry.Of(Cells);

    /// <summary>
    /// The cell that links lead to: the first with a result, else the first that has begun; null where none has.
    /// </summary>
    public CellReport? Shown => Cells.FirstOrDefault(c => c.Result is not null) ?? Cells.FirstOrDefault(c => c.State.HasBegun);

    /// <summary>The groups of <paramref name="cells"/>, in their order.</summary>
    public static IReadOnlyList<CellGroup> Of(IEnumerable<CellReport> cells) =>
    [
        .. cells.GroupBy(c => (c.Cell.DatasetLabel, c.Cell.ModelLabel, c.Cell.AttackLabel, Defence: DefenceOf(c)))
            .Select(g => new CellGroup(g.Key.DatasetLabel, g.Key.ModelLabel, g.Key.AttackLabel, g.Key.Defence, [.. g])),
    ];

    /// <summary>Names joined with middle dots, empty ones left out.</summary>
    public static string Names(params string[] names) => string.Join(" · ", names.Where(n => n.Length > 0));

    private static string DefenceOf(CellReport report) => report.Cell.IsDefended ? report.Cell.DefenceLabel : "";
}
