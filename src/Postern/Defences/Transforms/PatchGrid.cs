using System.Buffers;

namespace Postern.Defences.Transforms;

/// <summary>
/// A square picture cut into G x G square cells, numbered row by row (<c>docs/reference/attacks.md 5</c>; IPViT, Naseer et al.
/// 2021).
/// </summary>
/// <param name="Size">Side of the picture in pixels.</param>
/// <param name="CellSize">Side of a cell in pixels; divides <paramref name="Size"/>.</param>
public readonly record struct PatchGrid(int Size, int CellSize)
{
    /// <summary>Cells in a row.</summary>
    public int PerSide => Size / CellSize;

    /// <summary>Cells of the picture, G * G.</summary>
    public int Cells => PerSide * PerSide;

    /// <summary>Fills the cells of <paramref name="dropped"/>.</summary>
    /// <param name="picture">[3, Size, Size], changed in place.</param>
    /// <param name="dropped">Numbers of cells.</param>
    /// <param name="fill">[3], the value of each channel.</param>
    public void Drop(Span<float> picture, ReadOnlySpan<int> dropped, ReadOnlySpan<float> fill)
    {
        foreach (int cell in dropped)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                for (int row = 0; row < CellSize; row++) picture.Slice(Start(cell, channel, row), CellSize).Fill(fill[channel]);
            }
        }
    }

    /// <summary>
    /// Moves whole cells: cell q of the result is cell <c>source[q]</c> of the picture, neither turned nor flipped.
    /// </summary>
    /// <param name="picture">[3, Size, Size], changed in place.</param>
    /// <param name="source">[Cells], a permutation.</param>
    public void Shuffle(Span<float> picture, ReadOnlySpan<int> source)
    {
        // Rented: at 224 pixels a copy for each picture of each epoch would be half a megabyte of garbage.
        float[] before = ArrayPool<float>.Shared.Rent(picture.Length);
        picture.CopyTo(before);
        for (int cell = 0; cell < source.Length; cell++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                for (int row = 0; row < CellSize; row++)
                    before.AsSpan(Start(source[cell], channel, row), CellSize).CopyTo(picture[Start(cell, channel, row)..]);
            }
        }
        ArrayPool<float>.Shared.Return(before);
    }

    /// <summary>
    /// Moves the pixels of one cell: pixel q of it, row by row, becomes its pixel <c>source[q]</c>, with all its channels.
    /// </summary>
    /// <param name="picture">[3, Size, Size], changed in place.</param>
    /// <param name="cell">Number of the cell.</param>
    /// <param name="source">[CellSize * CellSize], a permutation.</param>
    public void ShuffleWithin(Span<float> picture, int cell, ReadOnlySpan<int> source)
    {
        float[] before = ArrayPool<float>.Shared.Rent(source.Length);
        for (int channel = 0; channel < 3; channel++)
        {
            for (int row = 0; row < CellSize; row++)
                picture.Slice(Start(cell, channel, row), CellSize).CopyTo(before.AsSpan(row * CellSize));
            for (int pixel = 0; pixel < source.Length; pixel++)
                picture[Start(cell, channel, pixel / CellSize) + pixel % CellSize] = before[source[pixel]];
        }
        ArrayPool<float>.Shared.Return(before);
    }

    private int Start(int cell, int channel, int row) =>
        (channel * Size + cell / PerSide * CellSize + row) * Size + cell % PerSide * CellSize;
}
