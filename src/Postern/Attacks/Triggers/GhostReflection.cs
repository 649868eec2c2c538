using System.Buffers;
using Postern.Imaging;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Refool's ghost mode (<c>docs/reference/attacks.md 2.4</c>): both faces of thick glass reflect, so the reflection R is seen
/// twice, some rows and columns apart: <c>G = ga R(r + o1, c + o2) + (1 - ga) R(r, c)</c>, where both are there, resized to the
/// picture; then out = G (1 - alpha_b) + b alpha_b in light.
/// </summary>
internal sealed class GhostReflection
{
    // For each size, the taps from (size - offset) to size, by offset.
    private readonly PerSize<Lazy<BilinearTaps>[]> taps =
        new(size =>
            [.. Enumerable.Range(0, size).Select(offset => new Lazy<BilinearTaps>(() => new BilinearTaps(size - offset, size)))]);

    /// <summary>Adds the reflection to one channel.</summary>
    /// <param name="pixels">b, [size, size] in [0, 1], changed in place.</param>
    /// <param name="reflection">R as light, [size, size].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="rowOffset">o1, 0 to size - 1.</param>
    /// <param name="columnOffset">o2, 0 to size - 1.</param>
    /// <param name="draw">Shares of light.</param>
    internal void Apply(Span<float> pixels, ReadOnlySpan<float> reflection, int size, int rowOffset, int columnOffset,
        in ReflectionDraw draw)
    {
        Lazy<BilinearTaps>[] ofSize = taps.At(size);
        BilinearTaps rows = ofSize[rowOffset].Value, columns = ofSize[columnOffset].Value;
        double background = draw.BackgroundWeight, first = draw.FirstGhost;
        double[] rented = ArrayPool<double>.Shared.Rent(3 * size);
        Span<double> upper = rented.AsSpan(0, size), lower = rented.AsSpan(size, size), doubled = rented.AsSpan(2 * size, size);
        int upperRow = -1, lowerRow = -1;
        for (int row = 0; row < size; row++)
        {
            // The lower line of one row is the upper one of the next.
            if (rows.First[row] != upperRow)
            {
                Span<double> free = upper;
                upper = lower;
                lower = free;
                (upperRow, lowerRow) = (lowerRow, -1);
                if (upperRow != rows.First[row])
                    Widen(reflection, upperRow = rows.First[row], upper, doubled, columns, rowOffset, columnOffset, first);
            }
            if (rows.Second[row] != lowerRow)
                Widen(reflection, lowerRow = rows.Second[row], lower, doubled, columns, rowOffset, columnOffset, first);
            float down = rows.Weight[row];
            Span<float> line = pixels.Slice(row * size, size);
            for (int column = 0; column < line.Length; column++)
            {
                double ghosts = upper[column] * (1 - down) + lower[column] * down;
                line[column] = GammaCurve.ToValue(ghosts * (1 - background) + GammaCurve.ToLight(line[column]) * background);
            }
        }
        ArrayPool<double>.Shared.Return(rented);
    }

    // One line of both ghosts, resized along its columns.
    private static void Widen(ReadOnlySpan<float> reflection, int row, Span<double> target, Span<double> doubled,
        BilinearTaps columns,
        int rowOffset, int columnOffset, double first)
    {
        int size = target.Length, width = size - columnOffset;
        ReadOnlySpan<float> moved = reflection.Slice((row + rowOffset) * size + columnOffset, width),
            still = reflection.Slice(row * size, width);
        for (int i = 0; i < width; i++) doubled[i] = first * moved[i] + (1 - first) * still[i];
        ReadOnlySpan<int> left = columns.First, right = columns.Second;
        ReadOnlySpan<float> weights = columns.Weight;
        for (int i = 0; i < target.Length; i++) target[i] = doubled[left[i]] * (1 - weights[i]) + doubled[right[i]] * weights[i];
    }
}
