using System.Globalization;
using System.Text;
using Postern.Reports.Text;

namespace Postern.Reports.SideBySide;

/// <summary>A comparison as Markdown.</summary>
public static class MarkdownComparison
{
    /// <summary>What a reader needs beside the table, a sentence each.</summary>
    public static IReadOnlyList<string> Notes(RunComparison comparison)
    {
        (int outside, int measured) = comparison.Count;
        return
        [
            comparison.Rows.Count == 0 ? "Nothing is in both: no cell's id and no row's labels are the same."
                : string.Create(CultureInfo.InvariantCulture,
                    $"{outside} of {measured} differences are outside the spread: their 95% interval excludes 0."),
            .. comparison.Rows.Any(r => r.Acc.HasSingleSeed) ? [RunComparison.SingleSeedNote] : Array.Empty<string>(),
            .. comparison.Options.Common.Length > 0
            ? [$"In all attacked rows {comparison.Options.Common}."] : Array.Empty<string>(),
            .. comparison.CommonChanges.Count > 0
                ? [$"Different in every row: {string.Join("; ", comparison.CommonChanges)}."]
                : Array.Empty<string>(),
            .. comparison.Rows.Select(r => (r.Name, Own: r.Changes.Except(comparison.CommonChanges).ToArray()))
                .Where(r => r.Own.Length > 0)
                .Select(r => $"{r.Name}: {string.Join("; ", r.Own)}."),
            .. Only("A", comparison.OnlyBefore), .. Only("B", comparison.OnlyAfter),
        ];
    }

    /// <summary>The whole text, the same in every culture.</summary>
    public static string Export(RunComparison comparison)
    {
        var text = new StringBuilder($"# {Title(comparison)}\n\n");
        foreach (ComparisonTable table in ComparisonTable.Of(comparison))
        {
            text.Append(MarkdownText.Row(table.Heads)).Append(MarkdownText.Rule(table.Names, table.Heads.Count - table.Names));
            foreach (ComparisonFields row in table.Rows) text.Append(MarkdownText.Row(row.Fields));
            text.Append('\n');
        }
        if (comparison.Rows.Count > 0)
            text.Append(
                "In percent, AUROC from 0 to 1; over several seeds mean ± standard deviation; differences in points, ± half of "
                + "their 95% interval.\n\n");
        foreach (string note in Notes(comparison)) text.Append(CultureInfo.InvariantCulture, $"- {MarkdownText.Escape(note)}\n");
        return text.ToString();
    }

    /// <summary><c>A: NAME, B: NAME</c>.</summary>
    public static string Title(RunComparison comparison) => $"A: {comparison.Before.Name}, B: {comparison.After.Name}";

    private static IEnumerable<string> Only(string side, IReadOnlyList<string> names)
    {
        if (names.Count > 0) yield return $"Only in {side}: {string.Join("; ", names)}.";
    }
}
