using Postern.Configuration;
using Postern.Kernels;

namespace Postern.Defences.Transforms;

/// <summary>
/// PatchShuffle (<c>docs/reference/attacks.md 5</c>). As the paper uses the word, the cells of a picture change places and their
/// pixels stay as they are; Kang et al. 2017 call another operation so: cells stay, and within each its pixels change places.
/// </summary>
public sealed class PatchShuffle : PatchTransform
{
    private const string Cell = "cells", Pixel = "pixels";

    internal static DefenceEntry Entry { get; } = PatchOptions.Entry(
        "patch-shuffle", "puts the cells of every picture in a random order",
        [
            new("shuffle", OptionKind.Word, Cell,
                "what changes places: cells, as wholes (the paper); pixels, each within its cell (Kang et al. 2017, whose cells "
                    + "are of 2 pixels)")
            {
                Allowed = [Cell, Pixel],
                Neutral = Cell,
            },
            .. PatchOptions.All(fewRaise: true),
        ],
        (choice, _) => new PatchShuffle
        {
            Cells = CellOptions.Of(choice),
            PerBatch = PatchOptions.PerBatch(choice),
            WithinCells = choice.Word("shuffle") == Pixel,
        });

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <summary>Whether the pixels of a cell change places rather than the cells.</summary>
    public bool WithinCells { get; init; }

    /// <inheritdoc/>
    protected override void Apply(Span<float> picture, PatchGrid grid, ref RandomStream stream)
    {
        if (!WithinCells)
        {
            grid.Shuffle(picture, stream.Permutation(grid.Cells));
            return;
        }
        for (int cell = 0; cell < grid.Cells; cell++)
            grid.ShuffleWithin(picture, cell, stream.Permutation(grid.CellSize * grid.CellSize));
    }
}
