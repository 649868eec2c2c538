using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Charts;

/// <summary>A drawing of the report: on the page, and as a file of its own.</summary>
/// <param name="Name">Its file's name without the ending, safe on any system.</param>
/// <param name="Drawing">SVG that the page's style sheet colours.</param>
internal sealed record ReportFigure(string Name, Markup Drawing)
{
    /// <summary>A file name of labels.</summary>
    public static string FileName(params string[] labels) => string.Join('_', labels.Where(l => l.Length > 0).Select(Slug.Of));
}
