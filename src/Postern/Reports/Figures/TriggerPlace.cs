using Postern.Attacks;
using Postern.Imaging;

namespace Postern.Reports.Figures;

/// <summary>Finds where a test-time trigger is in a picture.</summary>
internal static class TriggerPlace
{
    // Changed pixels with at most this many unchanged ones between them are of one piece.
    private const int LargestGap = 2;
    private const int MostPieces = 8;

    /// <summary>
    /// Boxes around the pieces of the trigger, as the model sees it; one around everything where it has many pieces, or where it
    /// moves pixels and so does not show on a flat picture.
    /// </summary>
    /// <param name="attack">The attack.</param>
    /// <param name="storedSize">Side of the stored pictures.</param>
    /// <param name="inputSize">Side of the model's input.</param>
    internal static IReadOnlyList<PixelBox> Of(Attack attack, int storedSize, int inputSize)
    {
        // What looks unchanged on one flat picture is changed on another.
        bool[] changed = new bool[inputSize * inputSize];
        foreach (byte shade in new byte[] { 0, 128, 255 })
        {
            var flat = new RgbImage(storedSize, storedSize, [.. Enumerable.Repeat(shade, 3 * storedSize * storedSize)]);
            float[] clean = AttackPreview.AsInput(flat, inputSize, null, 0);
            float[] triggered = AttackPreview.AsInput(flat, inputSize, new TriggeredSamples(attack, storedSize != inputSize), 0);
            for (int i = 0; i < clean.Length; i++) changed[i % changed.Length] |= clean[i] != triggered[i];
        }
        List<PixelBox> pieces = Pieces(changed, inputSize);
        return pieces.Count is > 0 and <= MostPieces ? pieces : [new PixelBox(0, 0, inputSize, inputSize)];
    }

    private static List<PixelBox> Pieces(bool[] changed, int size)
    {
        var pieces = new List<PixelBox>();
        var open = new Stack<int>();
        for (int start = 0; start < changed.Length; start++)
        {
            if (!changed[start]) continue;
            changed[start] = false;
            open.Push(start);
            (int top, int left, int bottom, int right) = (size, size, -1, -1);
            while (open.TryPop(out int at))
            {
                int row = at / size, column = at % size;
                (top, left, bottom, right) = (Math.Min(top, row), Math.Min(left, column), Math.Max(bottom, row),
                    Math.Max(right, column));
                for (int r = Math.Max(0, row - LargestGap - 1); r <= Math.Min(size - 1, row + LargestGap + 1); r++)
                {
                    for (int c = Math.Max(0, column - LargestGap - 1); c <= Math.Min(size - 1, column + LargestGap + 1); c++)
                    {
                        if (!changed[r * size + c]) continue;
                        changed[r * size + c] = false;
                        open.Push(r * size + c);
                    }
                }
            }
            pieces.Add(new PixelBox(top, left, bottom - top + 1, right - left + 1));
        }
        return pieces;
    }
}
