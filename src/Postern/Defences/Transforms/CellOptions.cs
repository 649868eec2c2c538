using Postern.Configuration;

namespace Postern.Defences.Transforms;

/// <summary>How a patch defence cuts pictures: cells of so many pixels, or so many cells to a side; 0 for neither.</summary>
/// <param name="Pixels">Side of a cell in pixels.</param>
/// <param name="PerSide">Cells in a row, IPViT's way of saying it.</param>
/// <param name="Source">Who says so, for errors.</param>
public sealed record CellOptions(int Pixels, int PerSide, string Source)
{
    // The paper's 16 pixels are as much of a 224-pixel picture as 4 are of a 32-pixel one: a model's patch.
    private const int LargeCell = 16, SmallCell = 4, SmallPicture = 64;

    /// <summary>What a study may set.</summary>
    internal static IReadOnlyList<OptionInfo> Options { get; } =
    [
        new("cell_size", OptionKind.Integer, "0",
            "side of a cell in pixels; 0 for the usual one: 16, or 4 for pictures of at most 64 pixels")
        {
            Min = 0,
        },
        new("cells_per_side", OptionKind.Integer, "0",
            "cells in a row, in place of cell_size (the other reading of 'size 16'); 0 for cell_size")
        {
            Min = 0,
        },
    ];

    /// <summary>What was set.</summary>
    /// <exception cref="InputException">Both were.</exception>
    internal static CellOptions Of(Choice choice)
    {
        (int pixels, int perSide) = (choice.Integer("cell_size"), choice.Integer("cells_per_side"));
        if (pixels > 0 && perSide > 0) throw choice.Error("cell_size and cells_per_side are both set; set one of them");
        return new CellOptions(pixels, perSide, choice.Name);
    }

    /// <summary>The grid for pictures of <paramref name="size"/> pixels.</summary>
    /// <exception cref="InputException">Cells of this size do not fill the picture.</exception>
    public PatchGrid GridOf(int size)
    {
        int cell = Pixels > 0 ? Pixels : PerSide > 0 ? size / PerSide : size <= SmallPicture ? SmallCell : LargeCell;
        if (cell > 0 && size % cell == 0 && (PerSide == 0 || cell * PerSide == size)) return new PatchGrid(size, cell);
        throw new InputException(Source, PerSide > 0
            ? $"{PerSide} cells a side do not divide pictures of {size} pixels; choose cells_per_side among the "
            + $"divisors of {size}"
            : $"cells of {cell} pixels do not fill pictures of {size} pixels; choose cell_size among the divisors of {size}");
    }
}
