using Postern.Kernels;
using SkiaSharp;

namespace Postern.Datasets.Drawn;

/// <summary>
/// What stands before the camera: a background with clutter, a post, the sign in perspective, and what hides it.
/// </summary>
internal static class SignScene
{
    /// <summary>Paints a scene with the sign <paramref name="face"/> on a canvas of <paramref name="side"/> pixels.</summary>
    internal static void Draw(SKCanvas canvas, float side, SignFace face, ref RandomStream stream)
    {
        DrawBackground(canvas, side, ref stream);
        float radius = side * (float)stream.NextDouble(SignStrengths.SmallestRadius, SignStrengths.LargestRadius);
        float x = side * (float)(0.5 + stream.NextDouble(-SignStrengths.Shift, SignStrengths.Shift));
        float y = side * (float)(0.5 + stream.NextDouble(-SignStrengths.Shift, SignStrengths.Shift));
        if (stream.NextBool(0.7)) DrawPost(canvas, side, x, y, radius, ref stream);

        SKMatrix view = View(x, y, radius, ref stream);
        var palette = new SignPalette(ref stream);
        canvas.Save();
        canvas.SetMatrix(view);
        face.Draw(canvas, palette);
        canvas.Restore();

        if (stream.NextBool(SignStrengths.OcclusionProbability)) DrawOcclusion(canvas, x, y, radius, ref stream);
        if (stream.NextBool(SignStrengths.ShadowProbability)) DrawShadow(canvas, side, ref stream);
    }

    // The homography that takes the unit disc to the picture: foreshortened, tilted in depth, turned, scaled and placed.
    private static SKMatrix View(float x, float y, float radius, ref RandomStream stream)
    {
        SKMatrix narrow = SKMatrix.CreateScale(
            (float)stream.NextDouble(SignStrengths.Foreshortening, 1),
            (float)stream.NextDouble((1 + SignStrengths.Foreshortening) / 2, 1));
        SKMatrix tilt = SKMatrix.Identity;
        tilt.Persp0 = (float)stream.NextDouble(-SignStrengths.Perspective, SignStrengths.Perspective);
        tilt.Persp1 = (float)stream.NextDouble(-SignStrengths.Perspective, SignStrengths.Perspective);
        SKMatrix turn = SKMatrix.CreateRotationDegrees((float)stream.NextDouble(-SignStrengths.Turn, SignStrengths.Turn));
        SKMatrix place = SKMatrix.CreateScaleTranslation(radius, radius, x, y);
        return place.PreConcat(turn).PreConcat(tilt).PreConcat(narrow);
    }

    private static void DrawBackground(SKCanvas canvas, float side, ref RandomStream stream)
    {
        float angle = (float)stream.NextDouble(-0.6, 0.6);
        var end = new SKPoint(side * MathF.Sin(angle), side * MathF.Cos(angle));
        SKColor[] colours = [Colour(ref stream), Colour(ref stream)];
        using (SKShader shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), end, colours, SKShaderTileMode.Clamp))
        using (var paint = new SKPaint { Shader = shader })
        {
            canvas.DrawPaint(paint);
        }
        int shapes = stream.NextInt(SignStrengths.FewestClutter, SignStrengths.MostClutter);
        for (int i = 0; i < shapes; i++)
        {
            using var paint = new SKPaint { IsAntialias = true, Color = Colour(ref stream) };
            float x = (float)stream.NextDouble(-0.1, 1.1) * side, y = (float)stream.NextDouble(-0.1, 1.1) * side;
            float width = (float)stream.NextDouble(0.05, 0.5) * side, height = (float)stream.NextDouble(0.05, 0.5) * side;
            canvas.Save();
            canvas.RotateDegrees((float)stream.NextDouble(-25, 25), x, y);
            if (stream.NextBool()) canvas.DrawRect(x - width / 2, y - height / 2, width, height, paint);
            else canvas.DrawOval(x, y, width / 2, height / 2, paint);
            canvas.Restore();
        }
    }

    private static void DrawPost(SKCanvas canvas, float side, float x, float y, float radius, ref RandomStream stream)
    {
        byte grey = (byte)stream.NextInt(70, 170);
        using var paint = new SKPaint { IsAntialias = true, Color = new SKColor(grey, grey, grey) };
        float width = radius * (float)stream.NextDouble(0.12, 0.22);
        canvas.DrawRect(x - width / 2, y, width, side - y, paint);
    }

    private static void DrawOcclusion(SKCanvas canvas, float x, float y, float radius, ref RandomStream stream)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = Colour(ref stream) };
        double angle = stream.NextDouble(0, 2 * Math.PI), distance = radius * stream.NextDouble(0.3, 1.0);
        float extent = radius * (float)stream.NextDouble(SignStrengths.SmallestOcclusion, SignStrengths.LargestOcclusion);
        float stretch = (float)stream.NextDouble(0.5, 2.0);
        canvas.Save();
        canvas.Translate(x + (float)(distance * Math.Cos(angle)), y + (float)(distance * Math.Sin(angle)));
        canvas.RotateDegrees((float)stream.NextDouble(0, 180));
        if (stream.NextBool()) canvas.DrawOval(0, 0, extent * stretch, extent / stretch, paint);
        else canvas.DrawRect(-extent * stretch, -extent / stretch, 2 * extent * stretch, 2 * extent / stretch, paint);
        canvas.Restore();
    }

    private static void DrawShadow(SKCanvas canvas, float side, ref RandomStream stream)
    {
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Color = SKColors.Black.WithAlpha((byte)(255 * stream.NextDouble(0.2, SignStrengths.DeepestShadow))),
        };
        canvas.Save();
        canvas.Translate(side * (float)stream.NextDouble(0.2, 0.8), side * (float)stream.NextDouble(0.2, 0.8));
        canvas.RotateDegrees((float)stream.NextDouble(0, 360));
        canvas.DrawRect(-2 * side, 0, 4 * side, 2 * side, paint);
        canvas.Restore();
    }

    // Mostly the muted tones of streets, walls and leaves; now and then something as bright as a sign.
    private static SKColor Colour(ref RandomStream stream)
    {
        float hue = (float)stream.NextDouble(0, 360);
        float saturation = (float)stream.NextDouble(0, stream.NextBool(0.2) ? 90 : 40), value = (float)stream.NextDouble(15, 95);
        return SKColor.FromHsv(hue, saturation, value);
    }
}
