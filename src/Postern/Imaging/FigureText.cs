using SkiaSharp;

namespace Postern.Imaging;

/// <summary>Sets lines of text in a picture, with a font of the machine or, where it has none, with letters of dots.</summary>
internal sealed class FigureText : IDisposable
{
    private const float DotsOfSize = 11;
    private static readonly string[] Families = ["DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica"];

    private readonly SKFont? font;
    private readonly SKPaint ink = new() { IsAntialias = true, Color = new SKColor(24, 24, 28) };
    private readonly float size;

    /// <summary>Text of a size in pixels.</summary>
    /// <param name="size">Height of the font.</param>
    /// <param name="dots">Whether letters of dots are used even where there is a font.</param>
    internal FigureText(float size, bool dots = false)
    {
        this.size = size;
        SKTypeface? face = dots ? null : Families.Select(f => SKFontManager.Default.MatchFamily(f))
            .FirstOrDefault(f => f is not null && f.ContainsGlyphs("Ag0"));
        if (face is not null) font = new SKFont(face, size) { Subpixel = true };
    }

    /// <summary>Height of a line with what parts it from the next.</summary>
    internal float LineHeight => MathF.Ceiling(size * 1.25f);

    private float Dot => MathF.Max(1, MathF.Round(size / DotsOfSize));

    /// <summary>Width of a line.</summary>
    internal float WidthOf(string line) => font?.MeasureText(line) ?? line.Length * PixelGlyphs.Advance * Dot;

    /// <summary>
    /// Draws a line with its middle at <paramref name="centre"/>; one too long for <paramref name="width"/> ends in dots.
    /// </summary>
    internal void DrawCentred(SKCanvas canvas, string line, float centre, float top, float width)
    {
        string cut = Cut(line, width);
        Draw(canvas, cut, centre - WidthOf(cut) / 2, top);
    }

    /// <summary>As <see cref="DrawCentred"/>, with the line's left end at <paramref name="left"/>.</summary>
    internal void DrawFrom(SKCanvas canvas, string line, float left, float top, float width) =>
        Draw(canvas, Cut(line, width), left, top);

    private string Cut(string line, float width)
    {
        for (int kept = line.Length - 1; WidthOf(line) > width && kept > 0; kept--) line = $"{line[..kept].TrimEnd('.')}..";
        return line;
    }

    private void Draw(SKCanvas canvas, string line, float left, float top)
    {
        if (font is null) PixelGlyphs.Draw(canvas, line, MathF.Round(left), MathF.Round(top), Dot, ink);
        else canvas.DrawText(line, left, top + size, SKTextAlign.Left, font, ink);
    }

    public void Dispose()
    {
        font?.Dispose();
        ink.Dispose();
    }
}
