using Postern.Evaluation;
using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>
/// The main table as data: a row for each dataset, attack and defence, a column for each model. Exporters only write it down.
/// </summary>
/// <param name="Title">The study's name.</param>
/// <param name="About">The study's line about itself; may be empty.</param>
/// <param name="Models">Labels of the columns.</param>
/// <param name="Rows">In the study's order.</param>
public sealed record ResultTable(string Title, string About, IReadOnlyList<string> Models, IReadOnlyList<ResultRow> Rows)
{
    /// <summary>What the numbers are, for the foot of a table.</summary>
    public const string Legend = "ACC / ASR in percent; over several seeds mean ± standard deviation. "
        + "An empty entry has not run; – means that there is nothing to measure.";

    /// <summary>What a reader has to know of how the numbers came about, a sentence each; mostly none.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What detectors found; they have no row of the table itself, which would repeat the undefended numbers.</summary>
    public DetectionTable Detectors { get; init; } = DetectionTable.Empty;

    /// <summary>The options in which rows differ.</summary>
    internal OptionColumns Options { get; init; } = OptionColumns.Empty;

    /// <summary>What is the same in all rows, and how models of one name differ; empty for nothing.</summary>
    public string Settings { get; init; } = "";

    /// <summary>Whether any cell is defended; where none is, tables for readers leave the column out.</summary>
    public bool HasDefences { get; } = Rows.SelectMany(r => r.Entries).SelectMany(e => e.Cells).Any(c => c.Cell.IsDefended);

    /// <summary>Whether any cell has accuracy under PGD; where none has, tables leave its columns out.</summary>
    public bool HasAdversarial { get; } = Rows.SelectMany(r => r.Entries).SelectMany(e => e.Cells)
        .Any(c => c.Adversarial is not null);

    /// <summary>What <c>PGD</c> stands for in tables; empty where no cell has it.</summary>
    public string AdversarialLegend =>
        HasAdversarial ? $"PGD: accuracy within {AdversarialBall.All[0].Title} of the clean picture." : "";

    /// <summary>Heads of a model's columns, for readers.</summary>
    public IReadOnlyList<string> Measures => HasAdversarial ? ["ACC", "ASR", "PGD"] : ["ACC", "ASR"];

    /// <summary>Heads of the columns that name a row, for readers.</summary>
    public IReadOnlyList<string> RowNames =>
        ["dataset", "attack", .. HasDefences ? ["defence"] : Array.Empty<string>(), .. Options.Heads];

    /// <summary>What stands in <see cref="RowNames"/> for <paramref name="row"/>.</summary>
    public IReadOnlyList<string> NamesOf(ResultRow row) =>
        [row.Dataset, row.Attack, .. HasDefences ? [row.Defence] : Array.Empty<string>(), .. Options.Of(row.Settings)];

    /// <summary>The table of the <paramref name="cells"/> of a study that have a row.</summary>
    public static ResultTable Of(Study study, IReadOnlyList<CellReport> cells)
    {
        string[] models = [.. cells.Select(c => c.Cell.ModelLabel).Distinct()];
        ILookup<(string, string, string), CellReport> undefended = cells.Where(c => !c.Cell.IsDefended)
            .ToLookup(c => (c.Cell.DatasetLabel, c.Cell.AttackLabel, c.Cell.ModelLabel));
        return new ResultTable(study.Name, study.About, models,
        [
            .. cells.GroupBy(c => (c.Cell.DatasetLabel, c.Cell.AttackLabel, c.Cell.DefenceLabel)).Select(row => new ResultRow(
                row.Key.DatasetLabel, row.Key.AttackLabel, row.Key.DefenceLabel,
                [
                    .. models.Select(m => ResultEntry.Of(
                        [.. row.Where(c => c.Cell.ModelLabel == m)],
                        [.. undefended[(row.Key.DatasetLabel, row.Key.AttackLabel, m)]])),
                ])),
        ])
        {
            Options = OptionColumns.Of(RowSettings.Of(cells.Select(c => c.Cell)), "attack", "dataset", "defence"),
            Settings = SettingsOf(cells),
        };
    }

    private static string SettingsOf(IReadOnlyList<CellReport> cells)
    {
        var options = OptionColumns.Of(RowSettings.Of(cells.Select(c => c.Cell)), "model");
        (string Label, IReadOnlyDictionary<string, string> Set)[] models =
            [.. cells.GroupBy(c => c.Cell.ModelLabel).Select(m => (m.Key, RowSettings.Of(m.First().Cell)))];
        IReadOnlyDictionary<string, string> usual = options.Usual([.. models.Select(m => m.Set)]);
        string shared = options.Describe(usual, "model");
        IEnumerable<string> own =
            from model in models
            let differs = options.Describe(model.Set, "model", usual)
            where differs.Length > 0
            select $"{model.Label}: {differs}";
        return string.Join("; ", own.Prepend(shared.Length > 0 ? $"{shared} where nothing else is said" : "").Prepend(options.Common)
            .Where(t => t.Length > 0));
    }
}

/// <summary>One dataset, attack and defence.</summary>
/// <param name="Dataset">The dataset's label.</param>
/// <param name="Attack">The attack's label.</param>
/// <param name="Defence">The defence's label, <c>none</c> where there is none.</param>
/// <param name="Entries">One for each of <see cref="ResultTable.Models"/>.</param>
public sealed record ResultRow(string Dataset, string Attack, string Defence, IReadOnlyList<ResultEntry> Entries)
{
    /// <summary>What it was set to, but for the models of its entries; null without cells.</summary>
    internal IReadOnlyDictionary<string, string>? Settings { get; } =
        Entries.SelectMany(e => e.Cells).FirstOrDefault() is CellReport first ? RowSettings.Of(first.Cell) : null;
}
