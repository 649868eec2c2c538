using SkiaSharp;

namespace Postern.Imaging;

/// <summary>
/// Rows of tiles as one picture. Small pictures are enlarged without smoothing, so that single pixels can be seen.
/// </summary>
/// <param name="Rows">At least one row with a tile; rows may differ in length.</param>
/// <param name="TileSide">Side of a tile's picture on the sheet, in pixels.</param>
internal sealed record FigureGrid(IReadOnlyList<IReadOnlyList<FigureTile>> Rows, int TileSide)
{
    private const int Gap = 10, Margin = 16;
    private const float TextSize = 15;
    private static readonly SKColor Red = new(226, 26, 28), Thin = new(226, 26, 28, 120), Empty = new(236, 236, 238);

    /// <summary>Whether letters of dots are used even where the machine has a font.</summary>
    public bool Dots { get; init; }

    /// <summary>A line over each row from its left end, as wide as the sheet; empty for none.</summary>
    public IReadOnlyList<string> Titles { get; init; } = [];

    /// <summary>Draws the sheet.</summary>
    public RgbImage Draw()
    {
        using var text = new FigureText(TextSize, Dots);
        int width = 2 * Margin + Rows.Max(r => r.Count) * (TileSide + Gap) - Gap;
        int titles = Titles.Count > 0 ? (int)text.LineHeight : 0;
        int[] captions = [.. Rows.Select(r => titles + (int)(r.Max(t => t.Caption.Length) * text.LineHeight) + Gap / 2)];
        int height = 2 * Margin + captions.Sum() + Rows.Count * (TileSide + Gap) - Gap;
        using var bitmap =
            new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            int top = Margin;
            for (int row = 0; row < Rows.Count; row++)
            {
                if (titles > 0) text.DrawFrom(canvas, Titles[row], Margin, top, width - 2 * Margin);
                for (int column = 0; column < Rows[row].Count; column++)
                    Draw(canvas, text, Rows[row][column], Margin + column * (TileSide + Gap), top + titles,
                        captions[row] - titles);
                top += captions[row] + TileSide + Gap;
            }
        }
        return RgbImage.FromRgba(bitmap.GetPixelSpan(), width, height);
    }

    private void Draw(SKCanvas canvas, FigureText text, FigureTile tile, int left, int top, int captionHeight)
    {
        for (int line = 0; line < tile.Caption.Length; line++)
            text.DrawCentred(canvas, tile.Caption[line], left + TileSide / 2f, top + line * text.LineHeight, TileSide + Gap);
        using var restore = new SKAutoCanvasRestore(canvas);
        canvas.Translate(left, top + captionHeight);
        if (tile.Picture is not RgbImage picture)
        {
            using var empty = new SKPaint { Color = Empty };
            canvas.DrawRect(0, 0, TileSide, TileSide, empty);
            text.DrawCentred(canvas, tile.Note, TileSide / 2f, TileSide / 2f - text.LineHeight / 2, TileSide);
            return;
        }
        float scale = (float)TileSide / picture.Width;
        using (SKBitmap pixels = Bitmap(picture))
        using (SKImage image = SKImage.FromBitmap(pixels))
        {
            // Enlarged pixels stay squares; a picture that must shrink is smoothed.
            SKSamplingOptions sampling = scale >= 1 ? new(SKFilterMode.Nearest) : new(SKCubicResampler.Mitchell);
            canvas.DrawImage(image, SKRect.Create(TileSide, TileSide), sampling);
        }
        DrawLattice(canvas, tile, scale);
        DrawFrames(canvas, tile, scale);
    }

    private void DrawLattice(SKCanvas canvas, FigureTile tile, float scale)
    {
        using var line = new SKPaint { Color = Thin, Style = SKPaintStyle.Stroke, StrokeWidth = 1 };
        for (float at = tile.Lattice * scale; tile.Lattice > 0 && at < TileSide - 1; at += tile.Lattice * scale)
        {
            canvas.DrawLine(at, 0, at, TileSide, line);
            canvas.DrawLine(0, at, TileSide, at, line);
        }
    }

    // Around the pixels with a little air, but within the picture.
    private void DrawFrames(SKCanvas canvas, FigureTile tile, float scale)
    {
        const float stroke = 2.5f, air = 3;
        using var frame = new SKPaint { Color = Red, Style = SKPaintStyle.Stroke, StrokeWidth = stroke };
        foreach (PixelBox box in tile.Frames)
        {
            var around = SKRect.Create(box.Left * scale, box.Top * scale, box.Width * scale, box.Height * scale);
            around.Inflate(air, air);
            around.Intersect(SKRect.Create(stroke / 2, stroke / 2, TileSide - stroke, TileSide - stroke));
            canvas.DrawRect(around, frame);
        }
    }

    private static SKBitmap Bitmap(RgbImage picture)
    {
        var bitmap = new SKBitmap(
            new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null));
        picture.CopyToRgba(bitmap.GetPixelSpan());
        return bitmap;
    }
}
