using SkiaSharp;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Postern's own picture for Blend: a friendly fox before a rising sun, drawn from vector shapes at any size. Nowhere black, with
/// a mean colour near that of the benchmark's mark (<c>docs/reference/attacks.md 2.2</c>: 198.9, 174.8, 149.4 of 255).
/// </summary>
internal static class CartoonFox
{
    private const float InkWidth = 2.6f;

    private static readonly SKColor Sky = new(253, 212, 196), Ray = new(255, 234, 200), Meadow = new(136, 190, 156),
        Scarf = new(66, 144, 178);
    private static readonly SKColor Fur = new(228, 138, 80), Cream = new(255, 246, 228), Rose = new(244, 158, 142),
        Ink = new(72, 44, 50);

    // From back to front, on a picture of 100 x 100, as SVG paths; the right half of the fox mirrors its left.
    private static readonly Shape[] Shapes =
    [
        new(Ray, "M50 54 L-40 20 L-40 88 Z M50 54 L-24 -40 L20 -40 Z M50 54 L80 -40 L124 -40 Z M50 54 L140 20 L140 88 Z"),
        new(Meadow, "M-5 84 Q20 70 50 78 T105 76 V105 H-5 Z"),
        new(Fur, "M22 105 Q20 78 50 76 Q80 78 78 105 Z") { Inked = true },
        new(Cream, "M38 105 Q36 84 50 84 Q64 84 62 105 Z"),
        new(Scarf, "M27 78 Q50 92 73 78 L77 87 Q50 102 23 87 Z") { Inked = true },
        new(Scarf, "M62 88 L75 87 L79 103 L66 104 Z") { Inked = true },
        new(Fur, "M13 50 Q8 14 15 7 Q30 12 42 28 Z") { Inked = true, Mirrored = true },
        new(Rose, "M19 34 Q16 20 18 15 Q26 20 32 29 Z") { Mirrored = true },
        new(Fur,
            "M50 23 Q82 22 87 52 Q90 60 96 64 Q84 68 80 73 Q68 85 50 86 Q32 85 20 73 Q16 68 4 64 Q10 60 13 52 Q18 22 50 23 Z")
        {
            Inked = true,
        },
        new(Cream, "M50 60 Q40 44 28 48 Q14 54 9 63 Q17 66 22 71 Q34 82 50 83 Z") { Mirrored = true },
        new(Ink, "M30 45 A5 6.5 0 1 0 30 58 A5 6.5 0 1 0 30 45 Z") { Mirrored = true },
        new(Cream,
            "M31.5 46.5 A2 2.4 0 1 0 31.5 51.3 A2 2.4 0 1 0 31.5 46.5 Z M68.5 46.5 A2 2.4 0 1 0 68.5 51.3 A2 2.4 0 1 "
                + "0 68.5 46.5 Z"),
        new(Rose, "M21 60 A5 3.5 0 1 0 21 67 A5 3.5 0 1 0 21 60 Z") { Mirrored = true },
        new(Ink, "M43 61 Q50 58 57 61 Q55 69 50 70 Q45 69 43 61 Z"),
        new(SKColor.Empty, "M50 70 V73 Q46 79 40 75 M50 73 Q54 79 60 75") { Inked = true },
    ];

    /// <summary>The drawing as a mark that covers the whole picture.</summary>
    /// <param name="size">Side in pixels.</param>
    internal static PatchTrigger Draw(int size)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(Sky);
            canvas.Scale(size / 100f);
            foreach (Shape shape in Shapes) Paint(canvas, shape);
        }
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        int plane = size * size;
        float[] pixels = new float[3 * plane];
        for (int i = 0; i < plane; i++)
            for (int channel = 0; channel < 3; channel++) pixels[channel * plane + i] = rgba[4 * i + channel] / 255f;
        return new PatchTrigger(size, pixels);
    }

    private static void Paint(SKCanvas canvas, Shape shape)
    {
        using SKPath path = SKPath.ParseSvgPathData(shape.Path);
        using var fill = new SKPaint { IsAntialias = true, Color = shape.Fill };
        using var ink = new SKPaint
        {
            IsAntialias = true,
            Color = Ink,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = InkWidth,
            StrokeJoin = SKStrokeJoin.Round,
            StrokeCap = SKStrokeCap.Round,
        };
        for (int side = 0; side < (shape.Mirrored ? 2 : 1); side++)
        {
            using var restore = new SKAutoCanvasRestore(canvas);
            if (side == 1) canvas.Concat(new SKMatrix(-1, 0, 100, 0, 1, 0, 0, 0, 1));
            if (shape.Fill != SKColor.Empty) canvas.DrawPath(path, fill);
            if (shape.Inked) canvas.DrawPath(path, ink);
        }
    }

    private sealed record Shape(SKColor Fill, string Path)
    {
        /// <summary>Has an outline.</summary>
        public bool Inked { get; init; }

        /// <summary>Is painted a second time, mirrored left to right.</summary>
        public bool Mirrored { get; init; }
    }
}
