using System.Text;

namespace Postern.Reports.Text;

/// <summary>How text and numbers stand in LaTeX: nothing from outside is a command.</summary>
internal static class LatexText
{
    /// <summary>
    /// <paramref name="text"/> as text. A bracket or a star at the start of a row would belong to the row end before it, so both
    /// are in braces.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            escaped.Append(c switch
            {
                '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
                '\\' => "\\textbackslash{}",
                '~' => "\\textasciitilde{}",
                '^' => "\\textasciicircum{}",
                '<' => "\\textless{}",
                '>' => "\\textgreater{}",
                '|' => "\\textbar{}",
                '[' or ']' or '*' => $"{{{c}}}",
                '±' => "$\\pm$",
                '–' => "--",
                '−' => "$-$",
                '≥' => "$\\geq$",
                '≤' => "$\\leq$",
                _ => char.IsControl(c) ? " " : c.ToString(),
            });
        }
        return escaped.ToString();
    }

    /// <summary>A row of a table.</summary>
    public static string Row(IEnumerable<string> cells) => $"{string.Join(" & ", cells)} \\\\\n";
}
