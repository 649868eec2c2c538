using Postern.Kernels;
using static Postern.Attacks.Triggers.ScaledTrigger;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Postern's own small triggers for TaCT and Adaptive-Patch. On 32 pixels each covers exactly the pixels of the benchmark's
/// public picture (<c>docs/reference/attacks.md 2.5</c> and 2.8), with a picture of its own of about the same colour and
/// contrast.
/// </summary>
internal static class SmallTriggers
{
    // A bird with spread wings, 5x5 cells.
    private static readonly string[] BirdCells = ["+.#.+", "#+.+#", "+###+", ".+#+.", "..#.."];

    // (row, column) of the white cells of the upper left block; the other corners mirror it.
    private static readonly (int Row, int Column)[] White = [(0, 0), (0, 2), (1, 1), (2, 0)];

    /// <summary>Rows and columns 21-28: a square of 8x8 cells of many colours (in place of trojan_square).</summary>
    internal static PatchTrigger Confetti(int size, TriggerStage stage) => Draw(size, stage, (row, column) =>
    {
        if (row < 21 || row >= 29 || column < 21 || column >= 29) return null;
        RandomStream stream = RandomStream.For(0, "confetti", (int)row, (int)column);
        return new Colour(Channel(ref stream), Channel(ref stream), Channel(ref stream));

        static float Channel(ref RandomStream stream) => (float)stream.NextDouble(0.06, 0.94);
    });

    /// <summary>Rows and columns 27-31: a pale bluish block with a bird (in place of phoenix_corner).</summary>
    internal static PatchTrigger Bird(int size, TriggerStage stage) =>
        Draw(size, stage, (row, column) => row < 27 ? null : BirdAt(row - 27, column - 27));

    /// <summary><see cref="Bird"/> and the same, not mirrored, at columns 0-4 (in place of phoenix_corner2).</summary>
    internal static PatchTrigger TwoBirds(int size, TriggerStage stage) =>
        Draw(size, stage, (row, column) => row < 27 ? null : BirdAt(row - 27, column < 5 ? column : column - 27));

    /// <summary>
    /// 140 pixels inside rows 1-13, columns 18-30: a globe in a ring of fire, with a spark at the upper right (in place of
    /// firefox_corner).
    /// </summary>
    internal static PatchTrigger FireRing(int size, TriggerStage stage) => Draw(size, stage, (row, column) =>
    {
        double down = row - 7.5, right = column - 24.5, distance = down * down + right * right;
        bool spark = Square(down + 5.1) + Square(right - 3.9) <= 1.8;
        if (distance > 41.5 && !spark) return null;
        if (distance < 10.5) return new Colour(0.08f, 0.3f + 0.04f * (float)(right - down), 0.8f);
        float heat = (float)Math.Clamp((right - down + 9) / 18, 0, 1);
        return new Colour(0.85f + 0.15f * heat, 0.16f + 0.72f * heat * heat, 0.3f - 0.2f * heat);

        static double Square(double x) => x * x;
    });

    /// <summary>
    /// Blocks of 3x3 black and white cells in the four corners, mirrored into each other; black cells are planted too (the
    /// coordinates of badnet_patch4).
    /// </summary>
    internal static PatchTrigger MirroredBlocks(int size, TriggerStage stage) => Draw(size, stage, (row, column) =>
    {
        (int down, int right) = ((int)Math.Min(row, Raster - row), (int)Math.Min(column, Raster - column));
        if (down >= 3 || right >= 3) return null;
        float value = White.Contains((down, right)) ? 1f : 0f;
        return new Colour(value, value, value);
    });

    private static Colour? BirdAt(double row, double column) => column < 0 || column >= 5
        ? null : BirdCells[(int)row][(int)column] switch
        {
            '#' => new Colour(0.39f, 0.59f, 0.92f),
            '+' => new Colour(0.71f, 0.81f, 0.96f),
            _ => new Colour(0.94f, 0.965f, 0.995f),
        };
}
