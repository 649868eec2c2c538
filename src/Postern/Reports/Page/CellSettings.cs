using System.Globalization;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>What a cell was, in full, folded away: every option, the data, the machine.</summary>
internal static class CellSettings
{
    /// <summary>The folded part of a card; empty before the cell has written what it is.</summary>
    public static Markup Of(CellReport report)
    {
        if (report.Description is not CellDescription d) return Markup.Empty;
        return Markup.Of($"""
            <details><summary>Settings, data and machine</summary><div class="settings">
            {Table($"dataset {d.Dataset.Name}", d.Dataset.Options)}{Table($"model {d.Model.Name}", d.Model.Options)}
            {Table($"attack {d.Attack.Name}", d.Attack.Options)}
            {(d.Defence.Options.Count > 0 ? Table($"defence {d.Defence.Name}", d.Defence.Options) : Markup.Empty)}
            {Table($"training {d.Training.Name}", d.Training.Options)}
            {Table("data", Data(d))}{Table("versions", d.Versions)}{Table("machine", d.Hardware)}
            {(d.Paths.Count > 0 ? Table("ways to compute", d.Paths) : Markup.Empty)}
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
        if (d.PoisonSeed is long poisons) facts["poisons chosen by seed"] = poisons.ToString(CultureInfo.InvariantCulture);
        if (d.TriggerSha256 is string trigger) facts["trigger sha256"] = trigger;
        facts["train sha256"] = d.TrainFingerprint;
        facts["test sha256"] = d.TestFingerprint;
        return facts;
    }

    private static Markup Table(string title, IEnumerable<KeyValuePair<string, string>> rows) => Markup.Of($"""
        <table><caption>{title}</caption><tbody>
        {rows.Select(r => Markup.Of($"<tr><th scope=\"row\">{r.Key}</th><td>{(r.Value.Length > 0 ? r.Value : "–")}</td></tr>"))}</tbody></table>
        """);

    private static string Number(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
