using Postern.Imaging;

namespace Postern.Attacks;

/// <summary>What a trigger does to some pictures, to be looked at and in numbers.</summary>
/// <param name="Sheet">One row a picture: clean, triggered, and the residual ten times enlarged around middle grey.</param>
/// <param name="Changes">The measures, in the order of the pictures.</param>
public sealed record AttackPreview(RgbImage Sheet, IReadOnlyList<TriggerChange> Changes)
{
    private const int ResidualGain = 10;

    /// <summary>Plants <paramref name="attack"/>'s test-time trigger into each of <paramref name="pictures"/>.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="pictures">Square pictures, at least one.</param>
    /// <param name="zoom">Side, in pixels of the sheet, of one pixel; 0 makes each picture about 128 pixels wide.</param>
    /// <exception cref="ArgumentException">A picture is not square, or there is none.</exception>
    public static AttackPreview Of(Attack attack, IReadOnlyList<RgbImage> pictures, int zoom = 0)
    {
        var strip = new List<RgbImage>();
        var changes = new List<TriggerChange>();
        for (int i = 0; i < pictures.Count; i++)
        {
            RgbImage picture = pictures[i];
            if (picture.Width != picture.Height)
                throw new ArgumentException($"picture {i} is {picture.Width}x{picture.Height}, triggers need square ones", nameof(pictures));
            float[] clean = Array.ConvertAll(picture.Pixels, v => v / 255f), triggered = [.. clean];
            attack.ApplyTest(i, triggered, picture.Width);
            changes.Add(TriggerChange.Between(clean, triggered));
            strip.Add(picture);
            strip.Add(Picture(picture.Width, triggered));
            strip.Add(Picture(picture.Width, [.. clean.Zip(triggered, (before, after) => 128 / 255f + ResidualGain * (after - before))]));
        }
        if (zoom == 0 && pictures.Count > 0) zoom = Math.Max(1, 128 / pictures.Max(p => p.Width));
        return new AttackPreview(ContactSheet.Arrange(strip, columns: 3, zoom), changes);
    }

    private static RgbImage Picture(int size, float[] values) =>
        new(size, size, Array.ConvertAll(values, v => (byte)Math.Clamp(MathF.Round(v * 255f), 0f, 255f)));
}
