using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Training.Input.Stages;

/// <summary>
/// Random erasing (Zhong et al. 2020) as timm's <c>pixel</c> mode does it on normalised pictures: one box of 2% to a third of the
/// area and aspect 0.3 to 1 / 0.3 (log-uniform) becomes standard normal noise (<c>docs/reference/models.md 7.1</c>).
/// </summary>
/// <param name="Probability">Share of the pictures that are erased in, 0 to 1.</param>
public sealed record RandomErasing(double Probability)
{
    private const int Attempts = 10;
    private static readonly double LogAspect = -Math.Log(0.3);

    /// <summary>The stage.</summary>
    public void Apply(Span<float> picture, int size, ref RandomStream stream, StageScratch scratch)
    {
        if (!stream.NextBool(Probability) || Draw(size, ref stream) is not PixelBox box) return;
        for (int channel = 0; channel < 3; channel++)
        {
            for (int row = box.Top; row < box.Top + box.Height; row++)
            {
                foreach (ref float value in picture.Slice((channel * size + row) * size + box.Left, box.Width))
                    value = (float)stream.NextNormal();
            }
        }
    }

    /// <summary>Draws the box, smaller than the picture both ways; null after ten that were not.</summary>
    public static PixelBox? Draw(int size, ref RandomStream stream)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = stream.NextDouble(0.02, 1.0 / 3) * size * size;
            double aspect = Math.Exp(stream.NextDouble(-LogAspect, LogAspect));
            int height = (int)Math.Round(Math.Sqrt(area * aspect)), width = (int)Math.Round(Math.Sqrt(area / aspect));
            if (height >= size || width >= size) continue;
            return new PixelBox(stream.NextInt(size - height + 1), stream.NextInt(size - width + 1), height, width);
        }
        return null;
    }
}
