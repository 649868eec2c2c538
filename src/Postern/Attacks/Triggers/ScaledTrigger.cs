namespace Postern.Attacks.Triggers;

/// <summary>
/// Triggers whose geometry the benchmark gives on 32 x 32 pixels, at any size: a rule from a place on that raster to a colour,
/// looked up at the centre of each pixel, so that position, size and shape stay in proportion.
/// </summary>
internal static class ScaledTrigger
{
    /// <summary>Side of the raster of <c>docs/reference/attacks.md 2</c>.</summary>
    internal const int Raster = 32;

    /// <summary>The colour at (row, column) of the raster, both in [0, 32), or null where the trigger is not.</summary>
    internal delegate Colour? Rule(double row, double column);

    /// <summary>Draws a trigger; its mask is 1 where the rule gives a colour.</summary>
    /// <param name="size">Side in pixels.</param>
    /// <param name="stage">
    /// Where the trigger is planted. A stored picture that is neither of 32 nor of 224 pixels may be cropped to its inner 7/8
    /// (<c>docs/reference/attacks.md 3.1</c>): there the raster covers what the crop leaves, else the whole picture.
    /// </param>
    /// <param name="rule">What is where.</param>
    internal static PatchTrigger Draw(int size, TriggerStage stage, Rule rule)
    {
        int margin = size is Raster or 224 || stage != TriggerStage.Stored ? 0 : size / 16;
        double scale = (double)Raster / (size - 2 * margin);
        int plane = size * size;
        float[] pixels = new float[3 * plane], mask = new float[plane];
        for (int row = margin; row < size - margin; row++)
        {
            for (int column = margin; column < size - margin; column++)
            {
                if (rule((row - margin + 0.5) * scale, (column - margin + 0.5) * scale) is not Colour colour) continue;
                int at = row * size + column;
                mask[at] = 1f;
                (pixels[at], pixels[plane + at], pixels[2 * plane + at]) = (colour.Red, colour.Green, colour.Blue);
            }
        }
        return new PatchTrigger(size, pixels, mask);
    }

    /// <summary>A colour, each channel in [0, 1].</summary>
    internal readonly record struct Colour(float Red, float Green, float Blue);
}
