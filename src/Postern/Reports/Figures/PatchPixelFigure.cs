using System.Globalization;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Reports.Figures;

/// <summary>
/// Figure 4 of the paper: the trigger of single pixels that recur in every patch. From top to bottom: one picture at several
/// intensities, a few patches of it enlarged with the patches' borders, and what is added in those patches at several positions
/// and layouts.
/// </summary>
public static class PatchPixelFigure
{
    private const int TileSide = 224;
    private static readonly int[] Intensities = [8, 16, 30, 60];

    // Of the usual intensity.
    private static readonly double AddedFactor = AttackPreview.FactorFor(30 / 255.0);

    private static readonly (string Caption, (string Option, string Value)[] Options)[] Layouts =
    [
        ("lattice, gap 1", []),
        ("moved by one pixel", [("phase_row", "1"), ("phase_column", "1")]),
        ("gap 3", [("gap", "3")]),
        ("checkerboard", [("layout", "checkerboard")]),
        ("one pixel a patch", [("layout", "one-per-patch")]),
    ];

    /// <summary>Draws it from the first test picture that is not of the target class.</summary>
    /// <param name="dataset">Gives the picture and sizes; patches are 16 pixels wide, and 4 in pictures below 64.</param>
    /// <exception cref="InputException">The picture cannot be read.</exception>
    public static RgbImage Draw(Dataset dataset) => Grid(dataset).Draw();

    internal static FigureGrid Grid(Dataset dataset)
    {
        int patch = dataset.InputSize < 64 ? 4 : 16, side = patch == 16 ? 2 * patch : 4 * patch;
        int origin = (dataset.InputSize - side) / 2 / patch * patch;
        int index = Enumerable.Range(0, dataset.Test.Count).FirstOrDefault(i => dataset.Test.Labels[i] != dataset.TargetClass);
        (string Caption, RgbImage Picture)[] strengths =
        [
            ("clean", FigurePicture.Of(dataset, index, null)),
            .. Intensities.Select(v => ($"intensity {v.ToString(CultureInfo.InvariantCulture)}",
                FigurePicture.Of(dataset, index, Make(dataset, ("intensity", v.ToString(CultureInfo.InvariantCulture)))))),
        ];
        return new FigureGrid(
        [
            [.. strengths.Select(s => new FigureTile(s.Picture, s.Caption))],
            [.. strengths.Select((s, i) => Enlarged(s.Picture, i == 0 ? "enlarged, with patches" : s.Caption))],
            [.. Layouts.Select(l => Enlarged(Added(dataset, index, [.. l.Options, .. Centred(l.Options, patch)]), l.Caption,
                $"at 30, what is added {AttackPreview.FactorText(AddedFactor)}"))],
        ], TileSide);

        FigureTile Enlarged(RgbImage picture, params string[] caption) =>
            new(FigurePicture.Part(picture, origin, origin, side), caption) { Lattice = patch };
    }

    // The single pixel of a patch stands in its middle, where it can be seen.
    private static (string Option, string Value)[] Centred((string Option, string Value)[] options, int patch)
    {
        if (!options.Contains(("layout", "one-per-patch"))) return [];
        string middle = (patch / 2).ToString(CultureInfo.InvariantCulture);
        return [("patch_size", patch.ToString(CultureInfo.InvariantCulture)), ("phase_row", middle), ("phase_column", middle)];
    }

    private static RgbImage Added(Dataset dataset, int index, (string Option, string Value)[] options) =>
        AttackPreview.Residual(FigurePicture.Values(dataset, index, null),
            FigurePicture.Values(dataset, index, Make(dataset, options)), dataset.InputSize, AddedFactor);

    private static Attack Make(Dataset dataset, params (string Option, string Value)[] options)
    {
        var choice = new Choice(PatchPixel.Entry, options.ToDictionary(o => o.Option, o => o.Value), "figure 4");
        return AttackCatalog.Create(choice, dataset.Traits)!;
    }
}
