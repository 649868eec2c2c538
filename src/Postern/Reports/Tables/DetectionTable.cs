namespace Postern.Reports.Tables;

/// <summary>What detectors found, as data: a row for each dataset, attack, model and detector.</summary>
/// <param name="Rows">In the study's order; empty for a study without detectors.</param>
public sealed record DetectionTable(IReadOnlyList<DetectionRow> Rows)
{
    /// <summary>What the columns are, for the foot of a table.</summary>
    public const string Legend = "Triggered test pictures against clean ones. TPR and FPR in percent at the detector's own threshold; "
        + "AUROC from 0 to 1, 0.5 is chance; over several seeds mean ± standard deviation.";

    private static readonly string[] Numbers = ["AUROC", "TPR", "FPR", "TPR at 5 % FPR"];

    /// <summary>No detectors.</summary>
    public static DetectionTable Empty { get; } = new([]);

    /// <summary>The options in which rows differ.</summary>
    internal OptionColumns Options { get; } = OptionColumns.Of(RowSettings.Of(Rows.SelectMany(r => r.Cells).Select(c => c.Cell)));

    /// <summary>Heads of the columns for readers.</summary>
    public IReadOnlyList<string> Heads => ["dataset", "attack", "model", "detector", .. Options.Heads, .. Numbers, "note"];

    /// <summary>How many of <see cref="Heads"/> are names.</summary>
    public int Names => Heads.Count - Numbers.Length - 1;

    /// <summary>Whether the column at <paramref name="index"/> of <see cref="Heads"/> is a number.</summary>
    public bool IsNumber(int index) => index >= Names && index < Names + Numbers.Length;

    /// <summary>What names <paramref name="row"/>.</summary>
    public IReadOnlyList<string> NamesOf(DetectionRow row) =>
        [row.Dataset, row.Attack, row.Model, row.Detector, .. Options.Of(RowSettings.Of(row.Cells[0].Cell))];

    /// <summary>What stands in <see cref="Heads"/>.</summary>
    public IReadOnlyList<string> FieldsOf(DetectionRow row) =>
        [.. NamesOf(row), $"{row.Auroc}", $"{row.Tpr}", $"{row.Fpr}", $"{row.TprAtFpr5}", row.Note];

    /// <summary>
    /// The rows of <paramref name="cells"/>, whose defences only detect, in their order; a detector has nothing to find where
    /// nothing is attacked.
    /// </summary>
    public static DetectionTable Of(IEnumerable<CellReport> cells) => new(
    [
        .. cells.Where(c => c.Result is not { Detections.Count: 0 })
            .GroupBy(c => (c.Cell.DatasetLabel, c.Cell.AttackLabel, c.Cell.ModelLabel, c.Cell.DefenceLabel))
            .Select(g => new DetectionRow(g.Key.DatasetLabel, g.Key.AttackLabel, g.Key.ModelLabel, g.Key.DefenceLabel, [.. g])),
    ]);
}
