using Postern.Imaging;
using SkiaSharp;

namespace Postern.Reports.Figures;

/// <summary>A box of a block diagram.</summary>
/// <param name="Column">Where its middle is, in columns from the left; halves are between two.</param>
/// <param name="Row">Which row, from the top.</param>
/// <param name="Lines">What stands in it, at least one line.</param>
internal sealed record DiagramBox(double Column, int Row, IReadOnlyList<string> Lines)
{
    /// <summary>Whether it stands for weights rather than for an operation.</summary>
    public bool HasWeights { get; init; }
}

/// <summary>A way from one box to another.</summary>
/// <param name="From">Number of the box above.</param>
/// <param name="To">Number of the box below.</param>
internal readonly record struct DiagramArrow(int From, int To);

/// <summary>Boxes in rows, and the arrows between them, as a picture.</summary>
/// <param name="Title">What stands above.</param>
/// <param name="Columns">Columns of boxes.</param>
/// <param name="Boxes">The boxes.</param>
/// <param name="Arrows">The arrows.</param>
internal sealed record BlockDiagram(
    string Title, int Columns, IReadOnlyList<DiagramBox> Boxes, IReadOnlyList<DiagramArrow> Arrows)
{
    private const int BoxWidth = 232, Gap = 16, RowGap = 26, Margin = 18, Pad = 8;
    private const float TextSize = 13;
    private static readonly SKColor Weights = new(214, 228, 244), Operation = new(240, 240, 242), Ink = new(60, 60, 66);

    /// <summary>Whether letters of dots are used even where the machine has a font.</summary>
    public bool Dots { get; init; }

    /// <summary>Width of the drawing.</summary>
    public int Width => 2 * Margin + Columns * (BoxWidth + Gap) - Gap;

    /// <summary>Draws several side by side, their tops in line.</summary>
    public static RgbImage Draw(IReadOnlyList<BlockDiagram> diagrams)
    {
        int width = diagrams.Sum(d => d.Width), height = diagrams.Max(d => d.Height);
        using var bitmap =
            new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            foreach (BlockDiagram diagram in diagrams)
            {
                diagram.Draw(canvas);
                canvas.Translate(diagram.Width, 0);
            }
        }
        return RgbImage.FromRgba(bitmap.GetPixelSpan(), width, height);
    }

    private int LineHeight => (int)MathF.Ceiling(TextSize * 1.25f);

    private int Height => TopOf(Boxes.Max(b => b.Row) + 1) - RowGap + Margin;

    private int TopOf(int row) => Margin + 2 * LineHeight
        + Enumerable.Range(0, row).Sum(r => RowHeight(r) + RowGap);

    private int RowHeight(int row) => Boxes.Where(b => b.Row == row).Max(HeightOf);

    private int HeightOf(DiagramBox box) => box.Lines.Count * LineHeight + 2 * Pad;

    private SKRect PlaceOf(DiagramBox box)
    {
        float left = Margin + (float)box.Column * (BoxWidth + Gap);
        return SKRect.Create(left, TopOf(box.Row) + (RowHeight(box.Row) - HeightOf(box)) / 2f, BoxWidth, HeightOf(box));
    }

    private void Draw(SKCanvas canvas)
    {
        using var title = new FigureText(TextSize + 3, Dots);
        using var text = new FigureText(TextSize, Dots);
        using var line = new SKPaint { IsAntialias = true, Color = Ink, Style = SKPaintStyle.Stroke, StrokeWidth = 1.4f };
        using var head = new SKPaint { IsAntialias = true, Color = Ink };
        title.DrawCentred(canvas, Title, Width / 2f, Margin, Width - 2 * Margin);
        foreach (DiagramArrow arrow in Arrows) Draw(canvas, arrow, line, head);
        foreach (DiagramBox box in Boxes)
        {
            SKRect place = PlaceOf(box);
            using var fill = new SKPaint { Color = box.HasWeights ? Weights : Operation };
            canvas.DrawRect(place, fill);
            canvas.DrawRect(place, line);
            for (int i = 0; i < box.Lines.Count; i++)
                text.DrawCentred(canvas, box.Lines[i], place.MidX, place.Top + Pad + i * LineHeight, BoxWidth - Pad);
        }
    }

    // Down, over between the rows, down; one that passes rows keeps to the left of all boxes.
    private void Draw(SKCanvas canvas, DiagramArrow arrow, SKPaint line, SKPaint head)
    {
        (DiagramBox from, DiagramBox to) = (Boxes[arrow.From], Boxes[arrow.To]);
        (SKRect above, SKRect below) = (PlaceOf(from), PlaceOf(to));
        float turn = below.Top - RowGap / 2f;
        using var path = new SKPath();
        if (to.Row - from.Row > 1 && from.Column == to.Column)
        {
            const float side = Margin / 2f;
            path.MoveTo(above.Left, above.MidY);
            path.LineTo(side, above.MidY);
            path.LineTo(side, below.MidY);
            path.LineTo(below.Left, below.MidY);
            canvas.DrawPath(path, line);
            Tip(canvas, below.Left, below.MidY, right: true, head);
            return;
        }
        path.MoveTo(above.MidX, above.Bottom);
        path.LineTo(above.MidX, turn);
        path.LineTo(below.MidX, turn);
        path.LineTo(below.MidX, below.Top);
        canvas.DrawPath(path, line);
        Tip(canvas, below.MidX, below.Top, right: false, head);
    }

    private static void Tip(SKCanvas canvas, float x, float y, bool right, SKPaint paint)
    {
        const float length = 7, half = 3.5f;
        using var path = new SKPath();
        path.MoveTo(x, y);
        path.LineTo(right ? x - length : x - half, right ? y - half : y - length);
        path.LineTo(right ? x - length : x + half, right ? y + half : y - length);
        path.Close();
        canvas.DrawPath(path, paint);
    }
}
