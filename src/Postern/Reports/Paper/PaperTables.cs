using System.Globalization;
using Postern.Reports.Tables;

namespace Postern.Reports.Paper;

/// <summary>A table for readers, as text.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Names">How many columns at its left are words.</param>
/// <param name="Head">Heads of all columns.</param>
/// <param name="Rows">Its rows, each as long as the head.</param>
/// <param name="Foot">What stands under it; may be empty.</param>
internal sealed record PaperTable(string Title, int Names, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows,
    string Foot);

/// <summary>The comparison as tables for readers, the same in Markdown and LaTeX.</summary>
internal static class PaperTables
{
    /// <summary>The tables that have a row.</summary>
    public static IEnumerable<PaperTable> Of(PaperComparison comparison) =>
        new[] { Rows(comparison), Averages(comparison), Claims(comparison), Comparisons(comparison) }
            .Where(t => t.Rows.Count > 0);

    private static PaperTable Rows(PaperComparison comparison) => new(
        $"{comparison.Title}: measured and published ({comparison.Source})", 4 + comparison.Options.Keys.Count,
        ["dataset", "attack", "defence", "model", .. comparison.Options.Heads, "ACC", "published", "difference", "ASR",
            "published", "difference",
            "printed in", "note"],
        [
            .. comparison.Rows.Select(r => (string[])
            [
                r.Labels.Dataset, r.Labels.Attack, r.Labels.Defence, r.Labels.Model, .. comparison.OptionsOf(r),
                r.Acc.Measured?.ToString() ?? "", Printed(r.Acc), Points(r.Acc.Difference),
                r.Asr.Measured?.ToString() ?? "", Printed(r.Asr), Points(r.Asr.Difference),
                string.Join(", ", r.Acc.Printed.Concat(r.Asr.Printed).SelectMany(p => p.Tables).Distinct()),
                string.Join("; ", new[] { r.Entry.Note.Length == 0 && r.Entry.Acc is not null ? "n=1" : r.Entry.Note, r.Remark }
                    .Where(n => n.Length > 0)),
            ]),
        ], "In percent; over several seeds mean ± standard deviation. Differences: measured - published, in points, where the "
            + "setting is the paper's."
            + (comparison.Options.Common.Length > 0 ? $" In all attacked rows {comparison.Options.Common}." : ""));

    private static PaperTable Averages(PaperComparison comparison) => new("Averages over attacks", 2,
        ["dataset", "model", "ACC", "printed", "mean of printed rows", "ASR", "printed", "mean of printed rows", "rows"],
        [
            .. comparison.Averages.Select(a => (string[])
            [
                a.Dataset, a.Model, Measure.Percent(a.Acc / 100), a.Printed.Acc.ToString(), Percent(a.Printed.RowsAcc),
                Measure.Percent(a.Asr / 100), a.Printed.Asr.ToString(), Percent(a.Printed.RowsAsr),
                a.RowsText,
            ]),
        ], "Rows: attacked rows in the measured average, of those in the paper's table.");

    private static PaperTable Claims(PaperComparison comparison) => new("Claims", 4, ["no.", "claim", "verdict", "setting"],
        [.. comparison.Claims.Select(c => (string[])[Invariant($"{c.Number}"), c.Claim.Text, c.Text, c.Remark])], "");

    private static PaperTable Comparisons(PaperComparison comparison) => new("What the claims rest on", 2,
        ["claim", "comparison", "left", "right", "difference", "95% interval", "published difference", "verdict", "cells",
            "missing"],
        [
            .. from claim in comparison.Claims
               from c in claim.Comparisons
               select (string[])
               [
                   Invariant($"{claim.Number}"), c.Comparison.ToString(), Value(c, c.Left), Value(c, c.Right),
                   Difference(c, c.Difference?.Value),
                   Interval(c), Points(c.Published) + (c.PaperContradictsItself ? " (against its text)" : ""),
                   ClaimResult.Word(c.Verdict),
                   string.Join("; ", c.Cells.Select(u => Invariant($"{u.Label} (n={u.Seeds})"))), string.Join("; ", c.Missing),
               ],
        ],
        "ACC and ASR in points. A comparison holds where its whole interval is on the claimed side and fails where it is wholly "
            + "on the other. "
           + "With one seed the interval knows the chance of the test pictures only.");

    /// <summary>The interval of a comparison's difference in words; empty where it is not measured.</summary>
    public static string Interval(ComparisonResult result) => result.Difference switch
    {
        null => "",
        { Variance: double.PositiveInfinity } => "unknown from one seed",
        Estimate e => $"{Difference(result, e.Low)} to {Difference(result, e.High)}",
    };

    /// <summary>The first printed number, and those that differ from it with their tables.</summary>
    private static string Printed(PaperMeasure measure) =>
        string.Join("; ", measure.Printed.Select((p, i) => i == 0 ? p.Number.ToString() : p.ToString()));

    private static string Value(ComparisonResult result, double? value) =>
        value?.ToString(Digits(result), CultureInfo.InvariantCulture) ?? "";

    private static string Difference(ComparisonResult result, double? value) => Signed(value, Digits(result));

    private static string Digits(ComparisonResult result) => result.Comparison.Digits;

    private static string Points(double? value) => Signed(value, "0.00");

    private static string Signed(double? value, string digits) =>
        value?.ToString($"+{digits};-{digits};{digits}", CultureInfo.InvariantCulture) ?? "";

    private static string Percent(decimal value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
