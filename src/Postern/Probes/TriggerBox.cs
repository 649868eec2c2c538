using Postern.Attacks;

namespace Postern.Probes;

/// <summary>The rectangle around the pixels that a trigger changes.</summary>
/// <param name="Top">Its first row.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Height">Its rows; 0 where nothing is changed.</param>
/// <param name="Width">Its columns.</param>
public readonly record struct TriggerBox(int Top, int Left, int Height, int Width)
{
    // A trigger that changes a pixel changes it in one of these, whatever it does to it.
    private static readonly float[] Greys = [0, 0.5f, 1];

    /// <summary>That of an attack in pictures of a size.</summary>
    /// <param name="attack">The attack, made ready.</param>
    /// <param name="index">Index of a test picture.</param>
    /// <param name="size">Side in pixels.</param>
    public static TriggerBox Of(Attack attack, int index, int size)
    {
        (int top, int left, int bottom, int right) = (size, size, -1, -1);
        foreach (float grey in Greys)
        {
            float[] pixels = new float[3 * size * size];
            Array.Fill(pixels, grey);
            attack.ApplyTest(index, pixels, size);
            for (int i = 0; i < pixels.Length; i++)
            {
                if (pixels[i] == grey) continue;
                (int row, int column) = (i / size % size, i % size);
                (top, left) = (Math.Min(top, row), Math.Min(left, column));
                (bottom, right) = (Math.Max(bottom, row), Math.Max(right, column));
            }
        }
        return bottom < 0 ? default : new TriggerBox(top, left, bottom - top + 1, right - left + 1);
    }
}
