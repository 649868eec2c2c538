using System.Globalization;
using Postern.Reports.Paper;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>What the measurements say of the paper's claims: a verdict in words, and what it rests on.</summary>
internal static class ClaimSection
{
    // As many are shown unfolded.
    private const int FewComparisons = 3;

    /// <summary>The section; empty where no claim is about the study's cells.</summary>
    public static Markup Of(
        PaperComparison? comparison) => comparison is null || comparison.Claims.Count == 0 ? Markup.Empty : Markup.Of($"""
        <section id="claims"><h2>Claims of the paper</h2>
        <p class="note">A comparison holds where its whole 95% interval is on the claimed side, fails where it is wholly on the
        other, and is undecided between, and where a cell that it names is missing. A claim holds where all its comparisons hold
        and fails where one fails. ACC, ASR and shares in points. With one seed the interval knows the chance of the test pictures
        only, and not how trainings differ.</p>
        {comparison.Claims.Select(Claim)}</section>
        """);

    private static Markup Claim(ClaimResult claim) => Markup.Of($"""
        <article class="claim" id="claim-{claim.Number}"><header><h4><small>{claim.Number}.</small> {claim.Claim.Text}</h4>
        {Badge(claim.Verdict)}{(claim.Remark.Length > 0
            ? Markup.Of($"<span class=\"badge undecided\">{PaperSettings.Badge}</span>") : Markup.Empty)}</header>
        <p class="note">{Basis(claim)}</p>
        {(claim.Claim.Remark.Length > 0 ? Markup.Of($"<p class=\"note\">{claim.Claim.Remark}</p>") : Markup.Empty)}
        {(claim.Remark.Length > 0 ? Markup.Of($"<p class=\"note\">{claim.Remark}</p>") : Markup.Empty)}
        <details{(claim.Comparisons.Count <= FewComparisons ? Markup.Trusted(" open") : Markup.Empty)}>
        <summary>{claim.Comparisons.Count} {(claim.Comparisons.Count == 1 ? "comparison" : "comparisons")}</summary>
        <div class="scroll"><table><thead><tr><th>comparison</th><th>verdict</th>
        <th class="number">left</th><th class="number">right</th><th class="number">difference</th>
        <th class="number">95% interval</th><th class="number">published</th><th>rests on</th></tr></thead>
        <tbody>{claim.Comparisons.Select(Row)}</tbody></table></div></details></article>
        """);

    private static string Basis(ClaimResult claim) => string.Join("; ",
        new[] { claim.Claim.Table, claim.Text == ClaimResult.Word(claim.Verdict) ? "" : claim.Text }.Where(t => t.Length > 0));

    private static Markup Row(ComparisonResult c)
    {
        string digits = c.Comparison.Digits;
        string signed = $"+{digits};−{digits};{digits}";
        return Markup.Of($"""
            <tr><td class="remark">{c.Comparison.ToString()}</td><td>{Badge(c.Verdict)}</td>
            <td class="number">{Text(c.Left, digits)}</td><td class="number">{Text(c.Right, digits)}</td>
            <td class="number">{Text(c.Difference?.Value, signed)}</td><td class="number">{PaperTables.Interval(c)}</td>
            <td class="number">{Text(c.Published, signed)}{(c.PaperContradictsItself ? Markup.Trusted("<span class=\"state\">against its text</span>") : Markup.Empty)}</td><td class="remark">{Basis(c)}</td></tr>
            """);
    }

    private static string Basis(ComparisonResult c) => string.Join("; ",
        c.Cells.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Label} (n={u.Seeds})")).Concat(c.Missing
            .Select(m => $"without {m}")));

    /// <summary>The verdict as a word with a sign, so that no colour is needed.</summary>
    private static Markup Badge(Verdict verdict) => Markup.Of($"""<span class="badge {verdict switch
    {
        Verdict.Holds => "done",
        Verdict.Fails => "failed",
        Verdict.Undecided => "undecided",
        _ => "missing",
    }}">{ClaimResult.Word(verdict)}</span>""");

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
