using Postern.Configuration;
using Postern.Kernels;

namespace Postern.Defences.Transforms;

/// <summary>
/// PatchDrop (Naseer et al. 2021; <c>docs/reference/attacks.md 5</c>): floor(G * G * rate) cells, drawn without replacement,
/// become black.
/// </summary>
/// <param name="rate">Share of the cells, exact.</param>
/// <param name="fill">[3], what dropped cells become, per channel in [0, 1].</param>
public sealed class PatchDrop(decimal rate, float[] fill) : PatchTransform
{
    internal static DefenceEntry Entry { get; } = PatchOptions.Entry(
        "patch-drop", "fills a share of the cells of every picture with black",
        [
            new("drop_rate", OptionKind.Number, "0.2", "share of the cells that is dropped; the count is rounded down")
            {
                Min = 0,
                Max = 1,
            },
            new("fill", OptionKind.Word, "0",
                "what dropped cells become: a value from 0 (black) to 1, or 'mean' for the dataset's mean"),
            .. PatchOptions.All(fewRaise: false),
        ],
        (choice, mean) => new PatchDrop(choice.Number("drop_rate"), FillOf(choice, mean))
        {
            Cells = CellOptions.Of(choice),
            PerBatch = PatchOptions.PerBatch(choice),
        });

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <summary>How many of <paramref name="cells"/> cells are dropped.</summary>
    public int Count(int cells) => (int)decimal.Floor(cells * rate);

    /// <inheritdoc/>
    protected override void Apply(Span<float> picture, PatchGrid grid, ref RandomStream stream) =>
        grid.Drop(picture, stream.Permutation(grid.Cells).AsSpan(0, Count(grid.Cells)), fill);

    private static float[] FillOf(Choice choice, float[] mean)
    {
        string text = choice.Word("fill");
        if (text == "mean") return mean;
        return OptionValue.ParseNumber(text) is decimal value and >= 0 and <= 1
            ? [(float)value, (float)value, (float)value]
            : throw choice.Error($"fill is '{text}', expected a value from 0 to 1, or 'mean'");
    }
}
