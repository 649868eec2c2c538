using System.Globalization;
using System.Text;
using Postern.Reports.Text;

namespace Postern.Reports.SideBySide;

/// <summary>A comparison as Markdown.</summary>
public static class MarkdownComparison
{
    /// <summary>Heads of the columns; sides are called A and B.</summary>
    public static IReadOnlyList<string> Heads(RunComparison comparison) =>
    [
        "cell", .. comparison.Options.Heads,
        .. Measures(comparison).SelectMany(m => new[] { $"{m} A", $"{m} B", $"{m} B - A" }),
    ];

    /// <summary>How many of them are words.</summary>
    public static int Names(RunComparison comparison) => 1 + comparison.Options.Keys.Count;

    /// <summary>What stands in them for <paramref name="row"/>.</summary>
    public static IReadOnlyList<string> Fields(RunComparison comparison, ComparedRow row) =>
        [row.Name, .. comparison.OptionsOf(row), $"{row.Acc.Before}", $"{row.Acc.After}", $"{row.Acc}", $"{row.Asr.Before}",
            $"{row.Asr.After}", $"{row.Asr}",
            .. comparison.HasDetectors
                ? [$"{row.Auroc.Before}", $"{row.Auroc.After}", AurocChange(row)] : Array.Empty<string>()];

    private static IEnumerable<string> Measures(RunComparison comparison) =>
        comparison.HasDetectors ? ["ACC", "ASR", "AUROC"] : ["ACC", "ASR"];

    private static string AurocChange(ComparedRow row) =>
        row.AurocDifference is double d ? string.Create(CultureInfo.InvariantCulture, $"{d:+0.000;-0.000;0.000}") : "";

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
        if (comparison.Rows.Count > 0)
            text.Append(MarkdownText.Row(Heads(comparison)))
                .Append(MarkdownText.Rule(Names(comparison), Heads(comparison).Count - Names(comparison)));
        foreach (ComparedRow row in comparison.Rows) text.Append(MarkdownText.Row(Fields(comparison, row)));
        if (comparison.Rows.Count > 0)
            text.Append(
                "\nIn percent, over several seeds mean ± standard deviation; differences in points, ± half of their 95% "
                    + "interval.\n\n");
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
