using SkiaSharp;

namespace Postern.Imaging;

/// <summary>
/// Values on a grid as colours: from dark blue over green to yellow, or, where signs count, from blue for the least over white
/// for 0 to red. Over a picture the colours are laid half transparent on its grey.
/// </summary>
/// <param name="Values">Row after row; not a number where there is nothing.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="Low">The value of the first colour.</param>
/// <param name="High">The value of the last colour.</param>
/// <param name="Diverges">Whether signs count.</param>
internal sealed record HeatPicture(IReadOnlyList<double> Values, int Columns, double Low, double High, bool Diverges)
{
    private const int LeastSide = 256, Margin = 8, BarHeight = 12;
    private const float TextSize = 13;
    private const double OfColour = 0.6;
    private static readonly (byte R, byte G, byte B) Nothing = (214, 214, 218);

    // After viridis (van der Walt and Smith 2015) and Brewer's RdBu, whose lightness tells more from less without colours, too.
    private static readonly (byte R, byte G, byte B)[] Rising =
        [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];
    private static readonly (byte R, byte G, byte B)[] Signed =
        [(33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43)];

    private int Rows => Values.Count / Columns;

    /// <summary>The picture that it lies over; null for none.</summary>
    public RgbImage? Under { get; init; }

    /// <summary>A pixel a field, or one of the picture under it.</summary>
    public RgbImage Draw()
    {
        (int width, int height) = Under is null ? (Columns, Rows) : (Under.Width, Under.Height);
        var drawn = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                Colour(drawn, y, x, Values[y * Rows / height * Columns + x * Columns / width]);
        return drawn;
    }

    /// <summary>The same enlarged, with a title and what its first and last colour stand for.</summary>
    /// <param name="title">A line above it.</param>
    /// <param name="low">The value of the first colour, in words.</param>
    /// <param name="high">The value of the last colour, in words.</param>
    public RgbImage DrawWithScale(string title, string low, string high)
    {
        RgbImage map = ContactSheet.Arrange([Draw()], columns: 1, zoom: Zoom, gap: 0);
        using var text = new FigureText(TextSize);
        int line = (int)text.LineHeight, width = Math.Max(map.Width, LeastSide), top = Margin + line;
        int height = top + map.Height + Margin + BarHeight + line + Margin;
        using var bitmap = new SKBitmap(
            new SKImageInfo(width + 2 * Margin, height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            text.DrawFrom(canvas, title, Margin, Margin / 2f, width);
            Paste(canvas, map, Margin, top);
            float bar = top + map.Height + Margin, labels = bar + BarHeight;
            Paste(canvas, Scale(width), Margin, bar);
            text.DrawFrom(canvas, low, Margin, labels, width / 2f);
            text.DrawFrom(canvas, high, Margin + width - text.WidthOf(high), labels, width / 2f);
        }
        return RgbImage.FromRgba(bitmap.GetPixelSpan(), bitmap.Width, bitmap.Height);
    }

    private int Zoom => Math.Max(1, LeastSide / Math.Max(Under?.Width ?? Columns, Under?.Height ?? Rows));

    private RgbImage Scale(int width)
    {
        double[] all = [.. Enumerable.Range(0, width).Select(i => Low + (High - Low) * i / Math.Max(1, width - 1))];
        return ContactSheet.Arrange(
            [.. Enumerable.Repeat((this with { Values = all, Columns = width, Under = null }).Draw(), BarHeight)], 1, gap: 0);
    }

    private static void Paste(SKCanvas canvas, RgbImage picture, float left, float top)
    {
        using var pixels = new SKBitmap(
            new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null));
        picture.CopyToRgba(pixels.GetPixelSpan());
        canvas.DrawBitmap(pixels, left, top);
    }

    private void Colour(RgbImage drawn, int y, int x, double value)
    {
        (byte R, byte G, byte B) colour = ColourOf(value);
        double grey = Under is null ? 0 : 0.299 * Under[0, y, x] + 0.587 * Under[1, y, x] + 0.114 * Under[2, y, x];
        (drawn[0, y, x], drawn[1, y, x], drawn[2, y, x]) = (Mixed(colour.R), Mixed(colour.G), Mixed(colour.B));

        byte Mixed(byte part) => Under is null ? part : (byte)Math.Round(OfColour * part + (1 - OfColour) * grey);
    }

    private (byte R, byte G, byte B) ColourOf(double value)
    {
        if (!double.IsFinite(value)) return Nothing;
        (byte R, byte G, byte B)[] scale = Diverges ? Signed : Rising;
        double share = High > Low ? Math.Clamp((value - Low) / (High - Low), 0, 1) : Diverges ? 0.5 : 0;
        double place = share * (scale.Length - 1);
        int from = Math.Min((int)place, scale.Length - 2);
        ((byte R, byte G, byte B) a, (byte R, byte G, byte B) b, double t) = (scale[from], scale[from + 1], place - from);
        return (Between(a.R, b.R), Between(a.G, b.G), Between(a.B, b.B));

        byte Between(byte one, byte other) => (byte)Math.Round(one + t * (other - one));
    }
}
