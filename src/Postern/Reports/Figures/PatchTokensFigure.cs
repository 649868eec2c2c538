using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;
using Postern.Imaging;
using Postern.Models;
using Postern.Training.Input;

namespace Postern.Reports.Figures;

/// <summary>
/// Figure 3 of the paper: a picture as it is and after PatchDrop and PatchShuffle, and below each the tokens that it becomes, in
/// the order in which Vim reads them, the class token where the network has it.
/// </summary>
public static class PatchTokensFigure
{
    private const int TileSide = 224, SmallPicture = 64, Between = 1;
    private static readonly byte[] ClassToken = [226, 26, 28];

    private static readonly (string Caption, string Defence, (string Option, string Value)[] Options)[] Processing =
    [
        ("clean", DefenceCatalog.None, []),
        ("PatchDrop, rate 0.2", "patch-drop", []),
        ("PatchShuffle of cells", "patch-shuffle", []),
        ("of pixels within cells", "patch-shuffle", [("shuffle", "pixels")]),
    ];

    /// <summary>Draws it. libtorch must be loaded.</summary>
    /// <param name="dataset">Gives the picture and sizes.</param>
    /// <param name="index">Number of the test picture; -1 for the first that is not of the target class.</param>
    /// <exception cref="InputException">The picture cannot be read, or there is none of that number.</exception>
    public static RgbImage Draw(Dataset dataset, int index = -1) => Grid(dataset, index).Draw();

    internal static FigureGrid Grid(Dataset dataset, int index)
    {
        if (index >= dataset.Test.Count)
        {
            throw new InputException(
                "figure 3", FormattableString.Invariant($"there is no test picture {index} in {dataset.Name}"));
        }
        if (index < 0)
            index = Enumerable.Range(0, dataset.Test.Count).FirstOrDefault(i => dataset.Test.Labels[i] != dataset.TargetClass);
        (int patch, int classRow) = TokensOf(dataset.InputSize);
        RgbImage[] pictures = [.. Processing.Select(p => Processed(dataset, index, p.Defence, p.Options))];
        return new FigureGrid(
        [
            [.. pictures.Select((p, i) => new FigureTile(p, Processing[i].Caption) { Lattice = patch })],
            [.. pictures.Select((p, i) => new FigureTile(Tokens(p, patch, classRow), i == 0
                ? [FormattableString.Invariant($"{p.Width / patch * (p.Width / patch)} tokens of {patch}x{patch}"),
                    "row by row, class token red"] : []))],
        ], TileSide);
    }

    /// <summary>The patches of the paper's Vim for pictures of that side, and where it puts its class token among them.</summary>
    internal static (int Patch, int ClassRow) TokensOf(int size)
    {
        var choice = new Choice(ModelCatalog.All.Get(size <= SmallPicture ? "vim-cifar" : "vim-tiny", "figure 3"));
        using Backbone model = ModelCatalog.Create(choice, classes: 2, size, seed: 0);
        int patch = choice.Integer("patch_size"), side = size / patch;
        return (patch, model.ClassTokenRow(side * side) ?? throw new InvalidOperationException("Vim has no class token"));
    }

    private static RgbImage Processed(Dataset dataset, int index, string defence, (string Option, string Value)[] options)
    {
        float[] values = FigurePicture.Values(dataset, index, null);
        var choice = new Choice(DefenceCatalog.All.Get(defence, "figure 3"), options.ToDictionary(o => o.Option, o => o.Value));
        IInputTransform? transform = DefenceCatalog.Create(choice, dataset).InTraining;
        transform?.Apply(values, dataset.InputSize, new SamplePlace(Seed: 0, Epoch: 0, Batch: 0, index));
        return RgbImage.Rounded(values, dataset.InputSize);
    }

    /// <summary>The tokens of a picture in reading order, parted by white, in the fewest rows that make a square.</summary>
    internal static RgbImage Tokens(RgbImage picture, int patch, int classRow)
    {
        int side = picture.Width / patch, tokens = side * side + 1, perRow = (int)Math.Ceiling(Math.Sqrt(tokens));
        int sheetSide = perRow * (patch + Between) + Between;
        var sheet = new RgbImage(sheetSide, sheetSide);
        Array.Fill(sheet.Pixels, byte.MaxValue);
        for (int token = 0; token < tokens; token++)
        {
            int source = token < classRow ? token : token - 1;
            int top = Between + token / perRow * (patch + Between), left = Between + token % perRow * (patch + Between);
            for (int channel = 0; channel < 3; channel++)
                for (int row = 0; row < patch; row++)
                    for (int column = 0; column < patch; column++)
                        sheet[channel, top + row, left + column] = token == classRow ? ClassToken[channel]
                            : picture[channel, source / side * patch + row, source % side * patch + column];
        }
        return sheet;
    }
}
