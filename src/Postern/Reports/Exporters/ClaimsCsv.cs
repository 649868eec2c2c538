using Postern.Reports.Paper;

namespace Postern.Reports.Exporters;

/// <summary>The claims for machines: a line for each comparison; points, or loss.</summary>
public sealed class ClaimsCsv : IExporter
{
    /// <inheritdoc/>
    public string File => "claims.csv";

    /// <inheritdoc/>
    public string? Export(ReportContents contents) => contents.Paper is PaperComparison paper ? Text(paper) : null;

    private static string Text(PaperComparison comparison) => CsvText.File(
    (
        from claim in comparison.Claims
        from c in claim.Comparisons
        select (string[])
        [
            CsvText.Number((long)claim.Number), claim.Claim.Id, ClaimResult.Word(claim.Verdict), c.Comparison.ToString(),
            ClaimResult.Word(c.Verdict),
            CsvText.Number(c.Left), CsvText.Number(c.Right), CsvText.Number(c.Difference?.Value),
            CsvText.Number(Finite(c.Difference?.Low)), CsvText.Number(Finite(c.Difference?.High)),
            CsvText.Number(c.Published),
            string.Join("; ", c.Cells.Select(u => FormattableString.Invariant($"{u.Label} (n={u.Seeds})"))),
            string.Join("; ", c.Missing), PaperSettings.Text(c.Settings),
        ]
    ).Prepend(["number", "claim", "claim_verdict", "comparison", "verdict", "left", "right", "difference", "low", "high",
        "published_difference", "cells", "missing", "setting"]));

    private static double? Finite(double? value) => value is double v && double.IsFinite(v) ? v : null;
}
