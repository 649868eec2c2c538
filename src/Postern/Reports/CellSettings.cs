using System.Globalization;
using Postern.Studies;

namespace Postern.Reports;

/// <summary>What a cell was, in full, folded away: every option, the data, the machine, the classes.</summary>
internal static class CellSettings
{
    /// <summary>The folded part of a card; empty before the cell has written what it is.</summary>
    public static Markup Of(CellReport report)
    {
        if (report.Description is not CellDescription d) return Markup.Empty;
        return Markup.Of($"""
            <details><summary>Settings, data, machine and classes</summary><div class="settings">
            {Table($"dataset {d.Dataset.Name}", d.Dataset.Options)}{Table($"model {d.Model.Name}", d.Model.Options)}{Table($"attack {d.Attack.Name}", d.Attack.Options)}{Table($"training {d.Training.Name}", d.Training.Options)}
            {Table("data", Data(d))}{Table("versions", d.Versions)}{Table("machine", d.Hardware)}{Classes(d, report.Result)}
            </div><p class="note">{d.Id}, begun {d.CreatedUtc.UtcDateTime:yyyy-MM-dd HH:mm} UTC</p></details>
            """);
    }

    private static Dictionary<string, string> Data(CellDescription d)
    {
        var facts = new Dictionary<string, string>
        {
            ["layout"] = d.Layout,
            ["training pictures"] = Number(d.TrainCount),
            ["test pictures"] = Number(d.TestCount),
            ["classes"] = Number(d.ClassNames.Count),
        };
        if (d.TargetClass is int target) facts["target class"] = $"{Number(target)} {d.ClassNames.ElementAtOrDefault(target)}";
        if (d.TriggerSha256 is string trigger) facts["trigger sha256"] = trigger;
        facts["train sha256"] = d.TrainFingerprint;
        facts["test sha256"] = d.TestFingerprint;
        return facts;
    }

    private static Markup Table(string title, IEnumerable<KeyValuePair<string, string>> rows) => Markup.Of($"""
        <table><caption>{title}</caption><tbody>{rows.Select(r => Markup.Of($"<tr><th scope=\"row\">{r.Key}</th><td>{(r.Value.Length > 0 ? r.Value : "–")}</td></tr>"))}</tbody></table>
        """);

    private static Markup Classes(CellDescription d, CellResult? result)
    {
        if (result is null) return Markup.Empty;
        IEnumerable<Markup> rows = Enumerable.Range(0, result.PerClassTotal.Count).Select(i => Markup.Of(
            $"<tr><th scope=\"row\">{i} {d.ClassNames.ElementAtOrDefault(i)}</th><td class=\"number\">{Share(result.PerClassCorrect, result.PerClassTotal, i)}</td><td class=\"number\">{Share(result.PerClassAsrHits, result.PerClassAsrTotal, i)}</td></tr>"));
        return Markup.Of($"""
            <table><caption>by true class</caption><thead><tr><th>class</th><th class="number">ACC</th><th class="number">ASR</th></tr></thead><tbody>{rows}</tbody></table>
            """);
    }

    private static string Share(IReadOnlyList<int>? hits, IReadOnlyList<int>? totals, int i) =>
        hits is null || totals is null || i >= totals.Count || totals[i] == 0 ? "–"
            : string.Create(CultureInfo.InvariantCulture, $"{Measure.Percent((double)hits[i] / totals[i])}  ({hits[i]} / {totals[i]})");

    private static string Number(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
