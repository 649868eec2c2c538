using System.Globalization;

namespace Postern.Reports.SideBySide;

/// <summary>A table of a comparison, whose sides are called A and B.</summary>
/// <param name="Heads">Heads of the columns.</param>
/// <param name="Names">How many of them are words.</param>
/// <param name="Rows">Its rows, at least one.</param>
public sealed record ComparisonTable(IReadOnlyList<string> Heads, int Names, IReadOnlyList<ComparisonFields> Rows)
{
    /// <summary>
    /// One of what is measured by ACC and ASR, and one of detectors, which have an AUROC in their place; each where it has rows.
    /// </summary>
    public static IReadOnlyList<ComparisonTable> Of(RunComparison comparison)
    {
        string[] names = ["cell", .. comparison.Options.Heads];
        ComparisonTable rated = new([.. names, .. HeadsOf("ACC"), .. HeadsOf("ASR")], names.Length,
            [.. comparison.Rows.Where(r => !r.Detects).Select(r => new ComparisonFields(
                [.. NamesOf(comparison, r), $"{r.Acc.Before}", $"{r.Acc.After}", $"{r.Acc}", $"{r.Asr.Before}", $"{r.Asr.After}",
                    $"{r.Asr}"],
                [r.Acc.Before?.Mean, r.Acc.After?.Mean, r.Acc.Difference?.Value, r.Asr.Before?.Mean, r.Asr.After?.Mean,
                    r.Asr.Difference?.Value]))]);
        ComparisonTable detectors = new([.. names, .. HeadsOf("AUROC")], names.Length,
            [.. comparison.Rows.Where(r => r.Detects).Select(r => new ComparisonFields(
                [.. NamesOf(comparison, r), $"{r.Auroc.Before}", $"{r.Auroc.After}", AurocChange(r)],
                [r.Auroc.Before?.Mean, r.Auroc.After?.Mean, r.AurocDifference]))]);
        return [.. new[] { rated, detectors }.Where(t => t.Rows.Count > 0)];
    }

    private static IReadOnlyList<string> NamesOf(RunComparison comparison, ComparedRow row) =>
        [row.Name, .. comparison.OptionsOf(row)];

    private static string[] HeadsOf(string measure) => [$"{measure} A", $"{measure} B", $"{measure} B - A"];

    private static string AurocChange(ComparedRow row) =>
        row.AurocDifference is double d ? string.Create(CultureInfo.InvariantCulture, $"{d:+0.000;-0.000;0.000}") : "";
}

/// <summary>A row of a <see cref="ComparisonTable"/>.</summary>
/// <param name="Fields">What stands in it.</param>
/// <param name="Values">The numbers that those behind the names are sorted by; null where there is none.</param>
public sealed record ComparisonFields(IReadOnlyList<string> Fields, IReadOnlyList<double?> Values);
