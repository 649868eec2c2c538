namespace Postern.Imaging;

/// <summary>
/// Pillow's <c>ImageEnhance</c> in place: an 8-bit picture moved away from, or towards, a degenerate version of itself. Factor 0
/// gives that version, 1 the picture, more than 1 exaggerates; values are cut off to 8 bits, not rounded, as in Pillow.
/// </summary>
public static class Enhancement
{
    /// <summary>Degenerate version: the picture in grey.</summary>
    public static void Color(RgbImage image, float factor)
    {
        int plane = image.Width * image.Height;
        Span<byte> red = image.Pixels.AsSpan(0, plane), green = image.Pixels.AsSpan(plane, plane),
            blue = image.Pixels.AsSpan(2 * plane, plane);
        for (int i = 0; i < plane; i++)
        {
            int grey = Grey(red[i], green[i], blue[i]);
            (red[i], green[i], blue[i]) =
                (Blend(grey, red[i], factor), Blend(grey, green[i], factor), Blend(grey, blue[i], factor));
        }
    }

    /// <summary>Degenerate version: the mean grey everywhere.</summary>
    public static void Contrast(RgbImage image, float factor)
    {
        int plane = image.Width * image.Height;
        ReadOnlySpan<byte> red = image.Pixels.AsSpan(0, plane), green = image.Pixels.AsSpan(plane, plane),
            blue = image.Pixels.AsSpan(2 * plane, plane);
        long sum = 0;
        for (int i = 0; i < plane; i++) sum += Grey(red[i], green[i], blue[i]);
        BlendWith((int)((double)sum / plane + 0.5), image, factor);
    }

    /// <summary>Degenerate version: black.</summary>
    public static void Brightness(RgbImage image, float factor) => BlendWith(0, image, factor);

    /// <summary>Degenerate version: Pillow's <c>SMOOTH</c>, 3x3 with weight 5 in the middle of ones; the border stays.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="scratch">As large as the picture; overwritten.</param>
    public static void Sharpness(RgbImage image, float factor, Span<byte> scratch)
    {
        image.Pixels.CopyTo(scratch);
        for (int line = 0; line < 3 * image.Height; line++)
        {
            int row = line % image.Height;
            if (row == 0 || row == image.Height - 1 || image.Width < 3) continue;
            ReadOnlySpan<byte> above = scratch.Slice((line - 1) * image.Width, image.Width);
            ReadOnlySpan<byte> middle = scratch.Slice(line * image.Width, image.Width);
            ReadOnlySpan<byte> below = scratch.Slice((line + 1) * image.Width, image.Width);
            Span<byte> target = image.Pixels.AsSpan(line * image.Width, image.Width);
            for (int x = 1; x < target.Length - 1; x++)
            {
                int sum = above[x - 1] + above[x] + above[x + 1] + middle[x - 1] + 5 * middle[x] + middle[x + 1]
                    + below[x - 1] + below[x] + below[x + 1];
                target[x] = Blend((2 * sum + 13) / 26, middle[x], factor);
            }
        }
        // The border is its own smooth version; blending it with itself changes nothing.
    }

    /// <summary>Pillow's integer luma, ITU-R 601-2.</summary>
    private static int Grey(int red, int green, int blue) => (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;

    private static void BlendWith(int degenerate, RgbImage image, float factor)
    {
        Span<byte> curve = stackalloc byte[256];
        for (int v = 0; v < 256; v++) curve[v] = Blend(degenerate, v, factor);
        foreach (ref byte value in image.Pixels.AsSpan()) value = curve[value];
    }

    private static byte Blend(int degenerate, int value, float factor) =>
        (byte)Math.Clamp(degenerate + factor * (value - degenerate), 0f, 255f);
}
