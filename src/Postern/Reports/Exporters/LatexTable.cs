using System.Globalization;
using System.Text;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Exporters;

/// <summary>The table as in a paper: two columns a model, rules of the <c>booktabs</c> package, notes under the table.</summary>
public sealed class LatexTable : IExporter
{
    /// <inheritdoc/>
    public string File => "results.tex";

    /// <inheritdoc/>
    public string Export(ReportContents contents) => Text(contents.Summary.Table);

    private static string Text(ResultTable table)
    {
        int names = table.RowNames.Count, models = table.Models.Count, each = table.Measures.Count;
        string[] notes = [.. table.Rows.SelectMany(r => r.Entries).Select(e => e.Note).Where(n => n.Length > 0).Distinct()];
        var text = new StringBuilder("% Needs \\usepackage{booktabs}.\n\\begin{table}\n\\centering\n");
        string caption = table.About.Length > 0 ? table.About : table.Title;
        if (table.Settings.Length > 0) caption += $" ({table.Settings})";
        text.Append($"\\caption{{{LatexText.Escape(caption)}}}\n");
        text.Append($"\\begin{{tabular}}{{{new string('l', names)}{new string('r', each * models)}}}\n\\toprule\n");
        text
            .Append(LatexText.Row([.. Enumerable.Repeat("", names),
                .. table.Models.Select(m => Invariant($"\\multicolumn{{{each}}}{{c}}{{{LatexText.Escape(m)}}}"))]));
        text
            .Append(string.Join(' ', Enumerable.Range(0, models)
                .Select(m => Invariant($"\\cmidrule(lr){{{names + 1 + each * m}-{names + each + each * m}}}"))));
        text.Append('\n')
            .Append(LatexText.Row([.. table.RowNames.Select(LatexText.Escape), .. table.Models.SelectMany(_ => table.Measures)]))
            .Append("\\midrule\n");
        foreach (ResultRow row in table.Rows)
            text
                .Append(LatexText
                    .Row([.. table.NamesOf(row).Select(LatexText.Escape),
                        .. row.Entries.SelectMany(e => Columns(table, e, notes))]));
        text.Append($"\\bottomrule\n\\end{{tabular}}\n\n\\footnotesize {LatexText.Escape(ResultTable.Legend)}");
        if (table.HasAdversarial) text.Append($" {LatexText.Escape(table.AdversarialLegend)}");
        foreach ((int i, string note) in notes.Index()) text.Append($" {Mark(i)}{LatexText.Escape(note)}.");
        foreach (string note in table.Notes) text.Append($" {LatexText.Escape(note)}");
        text.Append("\n\\end{table}\n");
        if (table.Detectors.Rows.Count > 0) AppendDetections(text, table.Detectors);
        return text.ToString();
    }

    private static void AppendDetections(StringBuilder text, DetectionTable table)
    {
        int names = table.Names, all = table.Heads.Count;
        text.Append("\\begin{table}\n\\centering\n\\caption{Detectors}\n");
        text.Append($"\\begin{{tabular}}{{{new string('l', names)}{new string('r', all - names)}}}\n\\toprule\n");
        text.Append(LatexText.Row(table.Heads.Select(LatexText.Escape))).Append("\\midrule\n");
        foreach (DetectionRow row in table.Rows) text.Append(LatexText.Row(table.FieldsOf(row).Select(LatexText.Escape)));
        text.Append("\\bottomrule\n\\end{tabular}\n\n");
        text.Append($"\\footnotesize {LatexText.Escape(DetectionTable.Legend)}\n\\end{{table}}\n");
    }

    private static string[] Columns(ResultTable table, ResultEntry entry, string[] notes)
    {
        string mark = entry.Note.Length > 0 ? Mark(Array.IndexOf(notes, entry.Note)) : "";
        string[] pgd = !table.HasAdversarial ? [] : entry.Acc is null ? [""] : [Value(entry.Within(AdversarialBall.All[0]))];
        return entry.Acc is null ? [mark, "", .. pgd] : [Value(entry.Acc) + mark, Value(entry.Asr), .. pgd];
    }

    /// <summary>A measure in percent, <c>$93.40 \pm 0.31$</c>; a dash for none.</summary>
    private static string Value(Measure? measure) => measure switch
    {
        null => "--",
        { Sd: double sd } => $"${Measure.Percent(measure.Mean)} \\pm {Measure.Percent(sd)}$",
        _ => $"${Measure.Percent(measure.Mean)}$",
    };

    private static string Mark(int note) => Invariant($"\\textsuperscript{{{note + 1}}}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
