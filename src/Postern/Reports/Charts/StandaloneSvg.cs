using System.Text.RegularExpressions;
using Postern.Reports.Text;

namespace Postern.Reports.Charts;

/// <summary>
/// A drawing of the page as a file of its own: with the page's rules for drawings and its light colours written out, on white, so
/// that browsers and drawing programs show it alike.
/// </summary>
internal static partial class StandaloneSvg
{
    private const string Font =
        "svg { font: 11px \"DejaVu Sans\", \"Segoe UI\", Helvetica, Arial, sans-serif; background: #fff; }";

    /// <summary>The file's text.</summary>
    /// <param name="drawing">An <c>svg</c> element of the page.</param>
    /// <param name="style">
    /// The page's style sheet: its colours, and between the marks <c>drawings</c> the rules for drawings.
    /// </param>
    public static string Of(Markup drawing, string style)
    {
        Dictionary<string, string> light = Colours().Matches(style).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        string rules = Variables().Replace(Drawings().Match(style).Groups[1].Value, m => light[m.Groups[1].Value]);
        string svg = drawing.ToString().Trim();
        int inside = svg.IndexOf('>', StringComparison.Ordinal) + 1;
        return $"{svg[..4]} "
            + $"xmlns=\"http://www.w3.org/2000/svg\"{svg[4..inside]}\n<style>{Font}\n{rules.Trim()}</style>{svg[inside..]}\n";
    }

    [GeneratedRegex(@"--([a-z0-9-]+): light-dark\((#[0-9a-f]+),")]
    private static partial Regex Colours();

    [GeneratedRegex(@"var\(--([a-z0-9-]+)\)")]
    private static partial Regex Variables();

    [GeneratedRegex(@"/\* drawings \*/(.*?)/\* end of drawings \*/", RegexOptions.Singleline)]
    private static partial Regex Drawings();
}
