using SkiaSharp;
using static Postern.Datasets.Drawn.SignPaint;

namespace Postern.Datasets.Drawn;

/// <summary>One layer of a sign: a vector path, filled, or stroked where it has a width.</summary>
/// <param name="Path">SVG path data; the sign is the unit disc about (0, 0), y down.</param>
/// <param name="Paint">Its colour.</param>
/// <param name="Stroke">Width of the stroke in sign radii; 0 fills the path.</param>
internal readonly record struct SignLayer(string Path, SignPaint Paint, double Stroke = 0);

/// <summary>
/// The sixteen signs, each a few layers from back to front. Within a family (red rings, red triangles, blue discs) they differ
/// only by the symbol inside.
/// </summary>
internal sealed record SignFace(string Name, params SignLayer[] Layers)
{
    private const string Disc = "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1 -1 0Z";
    private const string InnerDisc = "M-.76 0A.76 .76 0 1 1 .76 0A.76 .76 0 1 1 -.76 0Z";
    private const string BlueDisc = "M-.93 0A.93 .93 0 1 1 .93 0A.93 .93 0 1 1 -.93 0Z";
    private const string Octagon = "M-.414 -1H.414L1 -.414V.414L.414 1H-.414L-1 .414V-.414Z";
    private const string InnerOctagon = "M-.38 -.91H.38L.91 -.38V.38L.38 .91H-.38L-.91 .38V-.38Z";
    private const string Triangle = "M0 -.98L1.03 .8H-1.03Z";
    private const string InnerTriangle = "M0 -.53L.63 .56H-.63Z";
    private const string Yield = "M0 1L-1.05 -.8H1.05Z";
    private const string InnerYield = "M0 .55L-.66 -.58H.66Z";
    private const string Diamond = "M0 -1.1L1.1 0L0 1.1L-1.1 0Z";
    private const string MiddleDiamond = "M0 -.98L.98 0L0 .98L-.98 0Z";
    private const string InnerDiamond = "M0 -.7L.7 0L0 .7L-.7 0Z";

    /// <summary>All signs, by class number.</summary>
    internal static readonly SignFace[] All =
    [
        new("stop", new(Octagon, White), new(InnerOctagon, Red), new(SignGlyphs.Stop, White, 0.12)),
        new("yield", new(Yield, Red), new(InnerYield, White)),
        new("priority", new(Diamond, White), new(MiddleDiamond, Black), new("M0 -.94L.94 0L0 .94L-.94 0Z", White),
            new(InnerDiamond, Yellow)),
        new("no-entry", new(Disc, White), new(BlueDisc, Red), new("M-.68 -.17H.68V.17H-.68Z", White)),
        new("no-vehicles", new(Disc, Red), new(InnerDisc, White)),
        new("limit-30", new(Disc, Red), new(InnerDisc, White), new(SignGlyphs.Three + SignGlyphs.Zero, Black, 0.15)),
        new("limit-50", new(Disc, Red), new(InnerDisc, White), new(SignGlyphs.Five + SignGlyphs.Zero, Black, 0.15)),
        new("limit-80", new(Disc, Red), new(InnerDisc, White), new(SignGlyphs.Eight + SignGlyphs.Zero, Black, 0.15)),
        new("end-of-limits", new(Disc, Grey), new(BlueDisc, White),
            new("M-.62 .52L.48 -.66M-.5 .64L.6 -.54M-.56 .58L.54 -.6", Black, 0.09)),
        new("danger", new(Triangle, Red), new(InnerTriangle, White), new("M0 -.22V.18M0 .36V.42", Black, 0.17)),
        new("bend-left", new(Triangle, Red), new(InnerTriangle, White),
            new("M.12 .46V.22Q.12 .04 -.12 .04", Black, 0.14), new("M-.06 -.2V.28L-.38 .04Z", Black)),
        new("bend-right", new(Triangle, Red), new(InnerTriangle, White),
            new("M-.12 .46V.22Q-.12 .04 .12 .04", Black, 0.14), new("M.06 -.2V.28L.38 .04Z", Black)),
        new("crossroads", new(Triangle, Red), new(InnerTriangle, White),
            new("M-.24 -.06L.24 .42M.24 -.06L-.24 .42", Black, 0.15)),
        new("ahead", new(Disc, White), new(BlueDisc, Blue), new("M0 .68V-.2", White, 0.2),
            new("M-.38 -.14L0 -.7L.38 -.14Z", White)),
        new("turn-right", new(Disc, White), new(BlueDisc, Blue),
            new("M-.34 .6V.14Q-.34 -.1 -.1 -.1H.24", White, 0.2), new("M.16 -.46V.26L.68 -.1Z", White)),
        new("turn-left", new(Disc, White), new(BlueDisc, Blue),
            new("M.34 .6V.14Q.34 -.1 .1 -.1H-.24", White, 0.2), new("M-.16 -.46V.26L-.68 -.1Z", White)),
    ];

    /// <summary>Paints the layers with the canvas's current matrix, which takes the unit disc to the picture.</summary>
    internal void Draw(SKCanvas canvas, in SignPalette palette)
    {
        foreach (SignLayer layer in Layers)
        {
            using SKPath path = SKPath.ParseSvgPathData(layer.Path);
            using var paint = new SKPaint
            {
                IsAntialias = true,
                Color = palette[layer.Paint],
                Style = layer.Stroke > 0 ? SKPaintStyle.Stroke : SKPaintStyle.Fill,
                StrokeWidth = (float)layer.Stroke,
                StrokeJoin = SKStrokeJoin.Round,
            };
            canvas.DrawPath(path, paint);
        }
    }
}
