using System.Buffers;

namespace Postern.Kernels;

/// <summary>
/// Moves the pixels of a picture along a grid: each pixel takes the bilinear mean of the four around the place that the grid
/// names. As <c>torch.nn.functional.grid_sample(align_corners=True)</c> for grids that stay inside the picture.
/// </summary>
public static class BilinearWarp
{
    private const int Channels = 3;

    /// <summary>
    /// Warps <paramref name="picture"/> in place. Nothing is allocated once the pool of arrays has one of its size.
    /// </summary>
    /// <param name="grid">
    /// [2, size, size]: for each pixel the column, then the row, that it is taken from, from -1 (centre of the first pixel) to 1
    /// (centre of the last); values outside are taken as the nearer end.
    /// </param>
    /// <param name="picture">[3, size, size].</param>
    /// <param name="size">Side in pixels, at least 2.</param>
    /// <exception cref="ArgumentException">A length does not fit the size.</exception>
    public static void Apply(ReadOnlySpan<float> grid, Span<float> picture, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        int plane = size * size;
        if (grid.Length != 2 * plane) throw new ArgumentException($"{grid.Length} values for 2x{size}x{size}", nameof(grid));
        if (picture.Length != Channels * plane)
            throw new ArgumentException($"{picture.Length} values for 3x{size}x{size}", nameof(picture));
        float[] original = ArrayPool<float>.Shared.Rent(picture.Length);
        try
        {
            picture.CopyTo(original);
            Sample(grid, original.AsSpan(0, picture.Length), picture, size);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(original);
        }
    }

    private static void Sample(ReadOnlySpan<float> grid, ReadOnlySpan<float> original, Span<float> picture, int size)
    {
        int plane = size * size;
        float last = size - 1, half = last / 2;
        ReadOnlySpan<float> columns = grid[..plane], rows = grid[plane..];
        for (int i = 0; i < plane; i++)
        {
            float column = Math.Clamp((columns[i] + 1) * half, 0f, last), row = Math.Clamp((rows[i] + 1) * half, 0f, last);
            // The last pixel is reached from the one before it, with weight 1, so that no neighbour lies outside.
            int left = Math.Min((int)column, size - 2), top = Math.Min((int)row, size - 2);
            float right = column - left, down = row - top;
            for (int channel = 0, at = top * size + left; channel < Channels; channel++, at += plane)
            {
                ReadOnlySpan<float> above = original.Slice(at, 2), below = original.Slice(at + size, 2);
                picture[channel * plane + i] =
                    Between(Between(above[0], above[1], right), Between(below[0], below[1], right), down);
            }
        }
    }

    // Stays in [0, 1] if a and b are there; a mean with four weights does not, since their sum may round to more than 1.
    private static float Between(float a, float b, float t) => a + t * (b - a);
}
