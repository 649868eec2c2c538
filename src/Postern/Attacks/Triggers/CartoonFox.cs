using Postern.Imaging;
using SkiaSharp;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Postern's own picture for Blend: a friendly fox before a rising sun, drawn from vector shapes. Nowhere black; on 32 pixels its
/// mean colour, its contrast and its vertical detail are those of the benchmark's mark (<c>docs/reference/attacks.md 2.2</c>),
/// because how easily a blended trigger is learnt hangs on them.
/// </summary>
internal static class CartoonFox
{
    /// <summary>Told apart from the first drawing, which had less contrast (<see cref="AttackEntry.Drawing"/>).</summary>
    internal const string Edition = "fox 2";

    // The benchmark's mark for larger pictures is that of 32 pixels, enlarged smoothly; finer lines would have more contrast.
    private const int Raster = 32;

    private const float InkWidth = 3.15f;

    private static readonly SKColor Sky = new(255, 220, 248), Ray = new(255, 250, 255), Meadow = new(150, 226, 120),
        Scarf = new(40, 164, 250);
    private static readonly SKColor Fur = new(255, 178, 28), White = new(255, 255, 255), Rose = new(255, 160, 190),
        Ink = new(44, 40, 46);

    // From back to front, on a picture of 100 x 100, as SVG paths; the right half of the fox mirrors its left.
    private static readonly Shape[] Shapes =
    [
        new(Ray, "M50 54 L-40 20 L-40 88 Z M50 54 L-24 -40 L20 -40 Z M50 54 L80 -40 L124 -40 Z M50 54 L140 20 L140 88 Z"),
        new(Meadow, "M-5 84 Q20 70 50 78 T105 76 V108 H-5 Z") { Inked = true },
        new(Fur, "M20 108 Q20 78 50 76 Q80 78 80 108 Z") { Inked = true },
        new(White, "M36 108 Q34 84 50 84 Q66 84 64 108 Z"),
        new(Scarf, "M25 77 Q50 92 75 77 L80 88 Q50 104 20 88 Z") { Inked = true },
        new(White, "M24.5 81.5 Q50 97 75.5 81.5 L76.5 84.5 Q50 100 23.5 84.5 Z"),
        new(Fur, "M13 50 Q6 14 13 5 Q30 10 42 28 Z") { Inked = true, Mirrored = true },
        new(Rose, "M18 34 Q15 20 17 14 Q26 19 32 29 Z") { Mirrored = true },
        new(Fur,
            "M50 23 Q82 22 87 52 Q90 60 97 64 Q84 68 80 73 Q68 85 50 86 Q32 85 20 73 Q16 68 3 64 Q10 60 13 52 Q18 22 50 23 Z")
        {
            Inked = true,
        },
        new(White, "M50 60 Q40 44 28 46 Q14 52 9 63 Q17 66 22 71 Q34 82 50 83 Z") { Mirrored = true },
        new(Ink, "M30 44 A5.5 7 0 1 0 30 58 A5.5 7 0 1 0 30 44 Z") { Mirrored = true },
        new(White,
            "M31.5 46 A2 2.4 0 1 0 31.5 50.8 A2 2.4 0 1 0 31.5 46 Z M68.5 46 A2 2.4 0 1 0 68.5 50.8 A2 2.4 0 1 0 68.5 46 Z"),
        new(Rose, "M21 61 A5 3.5 0 1 0 21 68 A5 3.5 0 1 0 21 61 Z") { Mirrored = true },
        new(Ink, "M42 60 Q50 57 58 60 Q56 69 50 70 Q44 69 42 60 Z"),
        new(SKColor.Empty, "M50 70 V74 Q45 80 38 75 M50 74 Q55 80 62 75") { Inked = true },
        new(SKColor.Empty, "M24 39 Q30 34 37 38") { Inked = true, Mirrored = true },
    ];

    /// <summary>The drawing as a mark that covers the whole picture.</summary>
    /// <param name="size">Side in pixels.</param>
    internal static PatchTrigger Draw(int size)
    {
        RgbImage drawn = OnRaster(Math.Min(size, Raster));
        RgbImage picture = size <= Raster ? drawn : Resampling.Bilinear(drawn, size, size);
        return new PatchTrigger(size, Array.ConvertAll(picture.Pixels, v => v / 255f));
    }

    private static RgbImage OnRaster(int size)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(Sky);
            canvas.Scale(size / 100f);
            foreach (Shape shape in Shapes) Paint(canvas, shape);
        }
        return RgbImage.FromRgba(bitmap.GetPixelSpan(), size, size);
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
