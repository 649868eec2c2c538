using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>All studies of a folder of results on one page, with links to their reports.</summary>
public static class StudiesIndex
{
    /// <summary>
    /// Writes <c>index.html</c> into <paramref name="folder"/> and returns its path; null where no study with a cell is in it.
    /// </summary>
    /// <param name="folder">The folder of results.</param>
    /// <param name="damages">Gets a line for each cell with a damaged record, which is counted and not read.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static string? Write(string folder, ICollection<string> damages)
    {
        (string Folder, IReadOnlyList<RecordedCell> Cells, int Damaged)[] studies =
        [
            .. Directory.EnumerateDirectories(folder).Where(f => !Path.GetFileName(f).StartsWith('.'))
                .Order(StringComparer.Ordinal).Select(Read).Where(s => s.Cells.Count + s.Damaged > 0),
        ];
        if (studies.Length == 0) return null;
        string page = Path.Combine(folder, "index.html");
        AtomicFile.WriteText(page, PageShell.Of("Studies", Markup.Of($"""
            {PageShell.Head("Postern studies", Path.GetFileName(Path.GetFullPath(folder)),
                string.Create(CultureInfo.InvariantCulture, $"{studies.Length} studies, {studies.Sum(s => s.Cells.Count + s.Damaged)} cells that have begun"),
                ShellText.Command("report", folder))}
            <section id="results"><h2>Studies</h2><div class="scroll"><table class="sortable"><thead><tr>
            {Heads.Select((h, i) => Markup.Of($"""<th class="{(i is 4 or 5 or 6 ? "number" : "")}" data-column="{i}">{h}</th>"""))}</tr></thead>
            <tbody>{studies.Select(s => Row(s.Folder, s.Cells, s.Damaged))}</tbody></table></div>
            <p class="note">ASR in percent, the lowest and the highest of the undefended attacked cells that are done. A study's name leads to its
            report, where one is written.</p></section>
            """)));
        return page;

        (string Folder, IReadOnlyList<RecordedCell> Cells, int Damaged) Read(string study)
        {
            int before = damages.Count;
            IReadOnlyList<RecordedCell> cells = RecordedCell.In(study, damages);
            return (study, cells, damages.Count - before);
        }
    }

    private static readonly string[] Heads = ["study", "datasets", "models", "attacks", "cells", "done", "ASR", "last result"];

    private static Markup Row(string folder, IReadOnlyList<RecordedCell> cells, int damaged)
    {
        string name = Path.GetFileName(folder);
        CellResult[] results = [.. cells.Select(c => c.Result).OfType<CellResult>()];
        Proportion[] asr = [.. cells.Where(c => !c.IsDefended).Select(c => c.Result?.Measurements[0].Asr).OfType<Proportion>()
            .Where(s => s.Total > 0)];
        string last = results.Length == 0 ? ""
            : results.Max(r => r.FinishedUtc).UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return Markup.Of($"""
            <tr><td>{(File.Exists(Path.Combine(folder, "report", "index.html"))
                ? Markup.Of($"<a href=\"{Uri.EscapeDataString(name)}/report/index.html\">{name}</a>") : Markup.Of($"{name}"))}</td>
            <td>{Names(cells, c => c.Dataset)}</td><td>{Names(cells, c => c.Model)}</td><td>{Names(cells, c => c.Attack)}</td>
            <td class="number">{cells.Count + damaged}{(damaged > 0 ? Markup.Of($" <span class=\"sd\">{damaged} damaged</span>") : Markup.Empty)}</td><td class="number">{results.Length}</td>
            <td class="number" data-sort="{(asr.Length > 0 ? asr.Max(s => s.Value).ToString("0.######", CultureInfo.InvariantCulture) : "")}">{Range(asr)}</td><td>{last}</td></tr>
            """);
    }

    private static string Names(IReadOnlyList<RecordedCell> cells, Func<CellDescription, ChoiceRecord> of) =>
        string.Join(", ", cells.Select(c => of(c.Description).Label).Distinct());

    private static string Range(Proportion[] asr) => asr.Length == 0 ? "–"
        : $"{Measure.Percent(asr.Min(s => s.Value))} to {Measure.Percent(asr.Max(s => s.Value))}";
}
