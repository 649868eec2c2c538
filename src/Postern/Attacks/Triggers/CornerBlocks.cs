namespace Postern.Attacks.Triggers;

/// <summary>
/// The BadNets mark (<c>attacks.md</c> 2.1, 3.1): a block of 3x3 cells, white on the rising diagonal and in the lower right cell, black
/// elsewhere; black cells are planted too.
/// </summary>
internal static class CornerBlocks
{
    // (row, column) of the white cells.
    private static readonly (int Row, int Column)[] White = [(0, 2), (1, 1), (2, 0), (2, 2)];

    /// <summary>
    /// At 32 pixels one block of single-pixel cells in the bottom right corner. At any other size the ImageNet geometry in
    /// proportion: four blocks of the same orientation in the corners of what the centre crop to 7/8 leaves of a stored
    /// picture, or in the corners of the picture itself where no crop follows (224 pixels, or a stage that plants after it).
    /// </summary>
    /// <param name="size">Side in pixels.</param>
    /// <param name="stage">Whether a picture that is not of 224 pixels may still be cropped: only <see cref="TriggerStage.Stored"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 3 pixels.</exception>
    internal static Mark Draw(int size, TriggerStage stage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 3);
        float[] pixels = new float[3 * size * size], mask = new float[size * size];
        if (size == 32)
        {
            DrawBlock(29, 29, cell: 1);
            return new Mark(size, pixels, mask);
        }
        bool whole = size == 224 || stage != TriggerStage.Stored;
        int cell = Math.Max(1, (int)Math.Round(3.0 * size / (whole ? 224 : 256), MidpointRounding.AwayFromZero));
        int near = whole ? 0 : size / 16, far = size - near - 3 * cell;
        foreach ((int top, int left) in new[] { (near, near), (near, far), (far, near), (far, far) }) DrawBlock(top, left, cell);
        return new Mark(size, pixels, mask);

        void DrawBlock(int top, int left, int cell)
        {
            for (int row = 0; row < 3 * cell; row++)
            {
                for (int column = 0; column < 3 * cell; column++)
                {
                    int at = (top + row) * size + left + column;
                    float value = White.Contains((row / cell, column / cell)) ? 1f : 0f;
                    mask[at] = 1f;
                    for (int channel = 0; channel < 3; channel++) pixels[channel * size * size + at] = value;
                }
            }
        }
    }
}
