using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>Where the trained models lie, for those who take them elsewhere.</summary>
internal static class WeightsSection
{
    /// <summary>The section; empty where no weights are there.</summary>
    /// <param name="begun">The cells that have begun.</param>
    /// <param name="study">The study's folder, as commands name it.</param>
    public static Markup Of(IReadOnlyList<CellReport> begun, string study)
    {
        CellReport[] models = [.. begun.Where(c => c.Weights is not null)];
        return models.Length == 0 ? Markup.Empty : Markup.Of($"""
            <section id="models"{CellCard.Long(models.Length)}><h2>Models</h2>
            <p class="note">Weights under the official names of each model; <code>postern models info FILE</code> says what a file holds,
            <code>postern models convert FILE OUT.pth</code> makes one for PyTorch.</p>
            <div class="scroll"><table class="sortable"><thead><tr>
            {new[] { "dataset", "model", "attack", "defence", "seed", "weights" }.Select((h, i) => Markup.Of($"""<th class="{(i == 4 ? "number" : "")}" data-column="{i}">{h}</th>"""))}</tr></thead>
            <tbody>{models.Select(m => Row(m, study))}</tbody></table></div></section>
            """);
    }

    private static Markup Row(CellReport report, string study) => Markup.Of($"""
        <tr><td>{report.Cell.DatasetLabel}</td><td><a href="#{report.Cell.Id}">{report.Cell.ModelLabel}</a></td>
        <td>{report.Cell.AttackLabel}</td><td>{report.Cell.DefenceLabel}</td><td class="number">{report.Cell.Seed}</td>
        <td><code class="copy">{$"{study}/{report.Weights}"}</code></td></tr>
        """);
}
