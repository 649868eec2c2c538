using Postern.Attacks;

namespace Postern.Probes;

/// <summary>The rectangle around the pixels that a trigger changes.</summary>
/// <param name="Top">Its first row.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Width">Its columns.</param>
public readonly record struct TriggerBox(int Top, int Left, int Height, int Width)
{
    // A trigger that changes a pixel changes it in one of these, whatever it does to it.
    private static readonly float[] Greys = [0, 0.5f, 1];

    private const int Reach = 2;

    /// <summary>
    /// Around each block of an attack's trigger, from the uppermost on; pixels with at most one unchanged one between them are
    /// of one block.
    /// </summary>
    /// <param name="attack">The attack, made ready.</param>
    /// <param name="index">Index of a test picture.</param>
    /// <param name="size">Side in pixels.</param>
    public static IReadOnlyList<TriggerBox> Blocks(Attack attack, int index, int size)
    {
        bool[] left = Changed(attack, index, size);
        var blocks = new List<TriggerBox>();
        for (int first = 0; first < left.Length; first++)
        {
            if (!left[first]) continue;
            left[first] = false;
            var block = new List<int> { first };
            for (int next = 0; next < block.Count; next++)
            {
                (int row, int column) = (block[next] / size, block[next] % size);
                for (int r = Math.Max(0, row - Reach); r <= Math.Min(size - 1, row + Reach); r++)
                {
                    for (int c = Math.Max(0, column - Reach); c <= Math.Min(size - 1, column + Reach); c++)
                    {
                        if (!left[r * size + c]) continue;
                        left[r * size + c] = false;
                        block.Add(r * size + c);
                    }
                }
            }
            blocks.Add(Around(block, size));
        }
        return blocks;
    }

    /// <summary>Whether a pixel lies in it.</summary>
    internal bool Contains(int row, int column) =>
        row >= Top && row < Top + Height && column >= Left && column < Left + Width;

    // A place for each pixel, whatever its colours.
    private static bool[] Changed(Attack attack, int index, int size)
    {
        bool[] changed = new bool[size * size];
        foreach (float grey in Greys)
        {
            float[] pixels = new float[3 * size * size];
            Array.Fill(pixels, grey);
            attack.ApplyTest(index, pixels, size);
            for (int i = 0; i < pixels.Length; i++) changed[i % changed.Length] |= pixels[i] != grey;
        }
        return changed;
    }

    private static TriggerBox Around(IReadOnlyCollection<int> pixels, int size)
    {
        (int top, int left) = (pixels.Min(i => i / size), pixels.Min(i => i % size));
        return new TriggerBox(top, left, pixels.Max(i => i / size) - top + 1, pixels.Max(i => i % size) - left + 1);
    }
}
