using Postern.Imaging;
using Postern.Probes;
using Postern.Reports.Text;

namespace Postern.Reports.Charts;

/// <summary>
/// A probe's heat map on the page: its colours as a picture, over the picture that it is of, and its values for the page's
/// script, which shows the one that is pointed at.
/// </summary>
internal static class MapFigure
{
    private const int Wide = 3;

    /// <summary>Draws it.</summary>
    /// <param name="map">The map.</param>
    /// <exception cref="InputException">The picture under it is damaged.</exception>
    public static Markup Of(ProbeMap map)
    {
        ((double low, double high), string unit) = (map.Range(), Quantity.NameOf(map.Unit));
        string values = string.Join(' ', map.Values.Select(v => Quantity.Number(v, map.Unit)));
        string ends = $"from {Text(low)} to {Text(high)}",
            png = Convert.ToBase64String(ImageFile.EncodePng(map.Colours().Draw()));
        return Markup.Of($"""
            <figure class="map{(map.Columns > Wide * map.Rows ? " wide" : "")}"><figcaption><b>{map.Title}</b> {map.Caption}</figcaption>
            <div class="mapped" aria-label="{map.Title}" data-columns="{map.Columns}" data-values="{values}" data-unit="{unit}"
            data-row="{Name(map.RowAxis, "row")}" data-column="{Name(map.ColumnAxis, "column")}">
            <img alt="{map.Title}: a heat map of {map.Rows} x {map.Columns}, {ends}" src="data:image/png;base64,{png}">
            <i class="field" hidden></i></div>
            <p class="scale {(map.IsDiverging ? "signed" : "rising")}"><span>{Text(low)}</span><i></i><span>{Text(high)}</span></p>
            </figure>
            """);

        string Text(double value) => $"{Quantity.Number(value, map.Unit)} {unit}".TrimEnd();
    }

    private static string Name(string axis, string usual) => axis.Length > 0 ? axis : usual;
}
