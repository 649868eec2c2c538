using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Reports.Figures;

/// <summary>Figure 2 of the paper: clean, BadNets and Blend pictures, the trigger framed in red.</summary>
public static class TriggerSamplesFigure
{
    private const int TileSide = 224;
    private static readonly string[] Shown = ["badnets", "blend"];

    /// <summary>Draws it from the first test pictures of a dataset, each of another class.</summary>
    /// <param name="dataset">Gives pictures and sizes.</param>
    /// <param name="pictures">Rows of the figure.</param>
    /// <exception cref="InputException">A picture cannot be read.</exception>
    public static RgbImage Draw(Dataset dataset, int pictures = 3) => Grid(dataset, pictures).Draw();

    internal static FigureGrid Grid(Dataset dataset, int pictures)
    {
        ImageSet set = dataset.Test;
        Attack[] attacks =
        [
            .. Shown.Select(name => AttackCatalog.Create(new Choice(AttackCatalog.All.Get(name, name)), dataset.Traits)!),
        ];
        IReadOnlyList<PixelBox>[] places = [.. attacks.Select(a => TriggerPlace.Of(a, set.Size, dataset.InputSize))];
        int[] others = [.. Enumerable.Range(0, set.Count).Where(i => set.Labels[i] != dataset.TargetClass)];
        int[] indices = [.. others.DistinctBy(i => set.Labels[i]).Concat(others).Distinct().Take(pictures)];
        return new FigureGrid([.. indices.Select((index, row) => (IReadOnlyList<FigureTile>)
        [
            new FigureTile(FigurePicture.Of(dataset, index, null), row == 0 ? ["clean"] : []),
            .. attacks.Select((attack, i) =>
                new FigureTile(FigurePicture.Of(dataset, index, attack), row == 0 ? [attack.Name] : []) { Frames = places[i] }),
        ])], TileSide);
    }
}
