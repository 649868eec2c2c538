using Postern.Kernels;

namespace Postern.Defences.Transforms;

/// <summary>
/// PatchShuffle as the paper uses the word (<c>docs/reference/attacks.md 5</c>): the cells of a picture change places, their
/// pixels stay as they are. Kang et al. 2017 call another operation so, which permutes pixels inside small windows.
/// </summary>
public sealed class PatchShuffle : PatchTransform
{
    internal static DefenceEntry Entry { get; } = PatchOptions.Entry(
        "patch-shuffle", "puts the cells of every picture in a random order", PatchOptions.All(fewRaise: true),
        (choice, _) => new PatchShuffle { Cells = CellOptions.Of(choice), PerBatch = PatchOptions.PerBatch(choice) });

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    protected override void Apply(Span<float> picture, PatchGrid grid, ref RandomStream stream) =>
        grid.Shuffle(picture, stream.Permutation(grid.Cells));
}
