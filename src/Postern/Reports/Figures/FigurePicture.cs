using Postern.Attacks;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Reports.Figures;

/// <summary>A test picture as the model sees it.</summary>
internal static class FigurePicture
{
    /// <summary>Test picture <paramref name="index"/> with the trigger of an attack, or clean where there is none.</summary>
    internal static RgbImage Of(Dataset dataset, int index, Attack? attack) =>
        RgbImage.Rounded(Values(dataset, index, attack), dataset.InputSize);

    /// <summary>As <see cref="Of"/>, [3, InputSize, InputSize] in [0, 1].</summary>
    internal static float[] Values(Dataset dataset, int index, Attack? attack)
    {
        var picture = new RgbImage(dataset.Test.Size, dataset.Test.Size);
        dataset.Test.Read(index, picture.Pixels);
        bool crops = dataset.Test.Size != dataset.InputSize;
        return AttackPreview.AsInput(picture, dataset.InputSize, attack is null ? null : new TriggeredSamples(attack, crops),
            index);
    }

    /// <summary>A square part of a picture.</summary>
    internal static RgbImage Part(RgbImage picture, int top, int left, int side)
    {
        var part = new RgbImage(side, side);
        for (int channel = 0; channel < 3; channel++)
            for (int row = 0; row < side; row++)
                for (int column = 0; column < side; column++)
                    part[channel, row, column] = picture[channel, top + row, left + column];
        return part;
    }
}
