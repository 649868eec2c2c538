using System.Globalization;
using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>
/// Says where cells of one table were computed in different ways: on machines of different kinds, or after a self-check sent one
/// of them down. All ways give the plain values but for rounding, which training can carry into the digits of a table.
/// </summary>
internal static class PathDifferences
{
    /// <summary>A sentence for each fast path in which finished cells differ; none for records that do not tell.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<CellReport> cells)
    {
        CellDescription[] told = [.. cells.Where(c => c.Result is not null).Select(c => c.Description).OfType<CellDescription>()
            .Where(d => d.Paths.Count > 0)];
        return
        [
            .. told.SelectMany(d => d.Paths.Select(p => (Path: p.Key, Way: p.Value, d.Id))).GroupBy(p => p.Path)
                .Select(path => path.GroupBy(p => p.Way).OrderByDescending(way => way.Count()).ToArray())
                .Where(ways => ways.Length > 1)
                .Select(ways =>
                    $"Not all cells were computed in the same way: {ways[0].First().Path} by "
                        + $"{string.Join(", by ", ways.Select(Text))}; last digits may differ for that."),
        ];
    }

    private static string Text(IGrouping<string, (string Path, string Way, string Id)> way)
    {
        const int shown = 3;
        int count = way.Count();
        string ids = count > shown ? "" : $" ({string.Join(", ", way.Select(p => p.Id))})";
        return string.Create(CultureInfo.InvariantCulture, $"{way.Key} in {count} {(count == 1 ? "cell" : "cells")}{ids}");
    }
}
