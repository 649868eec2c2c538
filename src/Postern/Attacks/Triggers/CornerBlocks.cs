namespace Postern.Attacks.Triggers;

/// <summary>
/// The BadNets trigger (<c>docs/reference/attacks.md 2.1</c>, 3.1): a block of 3x3 cells, white on the rising diagonal and in the
/// lower right cell, black elsewhere; black cells are planted too.
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
    /// <param name="stage">Whether a picture that is not of 224 pixels may still be cropped: only
    /// <see cref="TriggerStage.Stored"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 3 pixels.</exception>
    internal static PatchTrigger Draw(int size, TriggerStage stage) =>
        StandsAlone(size) ? DrawOne(size, stage) : DrawFour(size, stage, mirrored: false);

    /// <summary>Whether pictures of <paramref name="size"/> pixels carry one block, as published, and not four.</summary>
    internal static bool StandsAlone(int size) => size == 32;

    /// <summary>The bottom right one of <see cref="DrawFour"/>'s blocks alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 3 pixels.</exception>
    internal static PatchTrigger DrawOne(int size, TriggerStage stage)
    {
        (_, int far, int cell) = Places(size, stage);
        return Draw(size, [new Block(far, far, false, false)], cell);
    }

    /// <summary>The top left one of <see cref="DrawFour"/>'s blocks alone: where a scan begins, as far from its middle.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 3 pixels.</exception>
    internal static PatchTrigger DrawFirst(int size, TriggerStage stage)
    {
        (int near, _, int cell) = Places(size, stage);
        return Draw(size, [new Block(near, near, false, false)], cell);
    }

    /// <summary>
    /// Four blocks at any size, <c>docs/reference/attacks.md 2.6</c>: of single-pixel cells in the corners of 32 pixels, else as
    /// <see cref="Draw(int, TriggerStage)"/>.
    /// </summary>
    /// <param name="size">Side in pixels.</param>
    /// <param name="stage">As for <see cref="Draw(int, TriggerStage)"/>.</param>
    /// <param name="mirrored">
    /// Whether the other corners mirror the bottom right one, as in the original clean-label work, so that a flipped picture
    /// carries the same trigger; otherwise all have one orientation (the toolbox).
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 3 pixels.</exception>
    internal static PatchTrigger DrawFour(int size, TriggerStage stage, bool mirrored)
    {
        (int near, int far, int cell) = Places(size, stage);
        return Draw(size,
        [
            new Block(near, near, mirrored, mirrored), new Block(near, far, mirrored, false),
            new Block(far, near, false, mirrored), new Block(far, far, false, false),
        ], cell);
    }

    /// <summary>First row of the upper and of the lower blocks, and the side of a cell.</summary>
    private static (int Near, int Far, int Cell) Places(int size, TriggerStage stage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 3);
        bool whole = size is 32 or 224 || stage != TriggerStage.Stored;
        int cell = size == 32 ? 1 : Math.Max(1, (int)Math.Round(3.0 * size / (whole ? 224 : 256), MidpointRounding.AwayFromZero));
        int near = whole ? 0 : size / 16;
        return (near, size - near - 3 * cell, cell);
    }

    private static PatchTrigger Draw(int size, Block[] blocks, int cell)
    {
        float[] pixels = new float[3 * size * size], mask = new float[size * size];
        foreach (Block block in blocks)
        {
            for (int row = 0; row < 3 * cell; row++)
            {
                for (int column = 0; column < 3 * cell; column++)
                {
                    int at = (block.Top + row) * size + block.Left + column;
                    int down = row / cell, right = column / cell;
                    float value = White.Contains((block.UpsideDown ? 2 - down : down, block.LeftToRight ? 2 - right : right))
                        ? 1f : 0f;
                    mask[at] = 1f;
                    for (int channel = 0; channel < 3; channel++) pixels[channel * size * size + at] = value;
                }
            }
        }
        return new PatchTrigger(size, pixels, mask);
    }

    /// <summary>A block's first row and column, and whether its rows or columns run backwards.</summary>
    private readonly record struct Block(int Top, int Left, bool UpsideDown, bool LeftToRight);
}
