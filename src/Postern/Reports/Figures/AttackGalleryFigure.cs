using System.Globalization;
using Postern.Attacks;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Reports.Figures;

/// <summary>
/// Figure 6 of the paper: one picture under every attack, each with what the test-time trigger changes, enlarged around grey
/// by a factor of its own that is stated, and how far it is from the clean picture.
/// </summary>
public static class AttackGalleryFigure
{
    private const int TileSide = 160;
    private const int Columns = 7;

    /// <summary>Draws it.</summary>
    /// <param name="dataset">Gives the picture.</param>
    /// <param name="attacks">What is shown, in order; a null attack stands for one that is not prepared.</param>
    /// <param name="index">Which test picture; -1 for the first that is not of the target class.</param>
    /// <exception cref="InputException">There is no such picture, or it cannot be read.</exception>
    public static RgbImage Draw(Dataset dataset, IReadOnlyList<(string Name, Attack? Attack)> attacks, int index = -1) =>
        Grid(dataset, attacks, index).Draw();

    internal static FigureGrid Grid(Dataset dataset, IReadOnlyList<(string Name, Attack? Attack)> attacks, int index)
    {
        if (index >= dataset.Test.Count)
            throw new InputException("--picture",
                string.Create(CultureInfo.InvariantCulture,
                    $"there is no test picture {index}; the last is {dataset.Test.Count - 1}"));
        IReadOnlyList<int> labels = dataset.Test.Labels;
        if (index < 0) index = Enumerable.Range(0, labels.Count).FirstOrDefault(i => labels[i] != dataset.TargetClass);
        int size = dataset.InputSize;
        float[] clean = FigurePicture.Values(dataset, index, null);
        var pictures = new List<FigureTile> { new(RgbImage.Rounded(clean, size), "clean") };
        var changes =
            new List<FigureTile> { new(AttackPreview.Residual(clean, clean, size, 1), "what is changed,", "times the factor") };
        foreach ((string name, Attack? attack) in attacks)
        {
            if (attack is null)
            {
                pictures.Add(new FigureTile(null, name) { Note = "not prepared" });
                changes.Add(new FigureTile(null, "", ""));
                continue;
            }
            float[] triggered = FigurePicture.Values(dataset, index, attack);
            TriggerChange change = TriggerChange.Between(clean, triggered);
            pictures.Add(new FigureTile(RgbImage.Rounded(triggered, size), name));
            double factor = AttackPreview.FactorFor(change.LInf);
            changes.Add(new FigureTile(AttackPreview.Residual(clean, triggered, size, factor),
                string.Create(CultureInfo.InvariantCulture, $"{AttackPreview.FactorText(factor)}, {change.Psnr:f1} dB"),
                string.Create(CultureInfo.InvariantCulture, $"SSIM {change.Ssim:f3}")));
        }
        return new FigureGrid([.. pictures.Chunk(Columns).Zip(changes.Chunk(Columns), (above, below) => new[] { above, below })
            .SelectMany(rows => rows)], TileSide);
    }
}
