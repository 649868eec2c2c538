using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Training.Input.Stages;

/// <summary>
/// RandAugment (Cubuk et al. 2020) as timm reads <c>rand-m9-mstd0.5-inc1</c>: operations drawn with replacement, each done with
/// probability one half, at a level drawn from N(magnitude, 0.5) and clipped to [0, 10]; in 8 bits, since the reference works on
/// PIL pictures. A picture that no operation changes keeps its values to the bit.
/// </summary>
/// <param name="Magnitude">Mean level, 0 to 10.</param>
/// <param name="Operations">Operations drawn for a picture.</param>
/// <param name="Kernels">Interpolation of the geometric ones; of several, each operation draws one.</param>
/// <param name="Fill">Red, green and blue of what comes in from outside.</param>
public sealed record RandAugment(double Magnitude, int Operations, IReadOnlyList<Interpolation> Kernels, byte[] Fill)
{
    /// <summary>The highest level.</summary>
    public const double MaxLevel = 10;

    private const double Deviation = 0.5;
    private const int Kinds = (int)AugmentOperation.TranslateY + 1;

    /// <summary>timm's fill colour: the dataset's mean, rounded to 8 bits.</summary>
    public static byte[] FillOf(float[] mean) => Array.ConvertAll(mean, m => (byte)Math.Clamp(Math.Round(255.0 * m), 0, 255));

    /// <summary>The stage.</summary>
    public void Apply(Span<float> picture, int size, ref RandomStream stream, StageScratch scratch)
    {
        bool changed = false;
        for (int i = 0; i < Operations; i++)
        {
            var operation = (AugmentOperation)stream.NextInt(Kinds);
            if (!stream.NextBool()) continue;
            if (!changed) scratch.Load(picture, size);
            changed = true;
            double level = Math.Clamp(Magnitude + Deviation * stream.NextNormal(), 0, MaxLevel);
            double sign = stream.NextBool() ? -1 : 1;
            Interpolation kernel = Kernels.Count == 1 ? Kernels[0] : Kernels[stream.NextInt(Kernels.Count)];
            Perform(operation, level, sign, kernel, Fill, scratch);
        }
        if (changed) scratch.Store(picture);
    }

    /// <summary>Does one operation to <see cref="StageScratch.Picture"/>.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="level">How strongly, 0 to 10.</param>
    /// <param name="sign">1 or -1, for those that have a direction.</param>
    /// <param name="kernel">Interpolation of the geometric ones.</param>
    /// <param name="fill">Red, green and blue of what comes in from outside.</param>
    /// <param name="scratch">Holds the picture.</param>
    public static void Perform(
        AugmentOperation operation, double level, double sign, Interpolation kernel, ReadOnlySpan<byte> fill,
        StageScratch scratch)
    {
        RgbImage image = scratch.Picture;
        double share = level / MaxLevel, direction = sign * share;
        float factor = (float)(1 + direction * 0.9);
        switch (operation)
        {
            case AugmentOperation.AutoContrast: ToneCurves.AutoContrast(image); break;
            case AugmentOperation.Equalize: ToneCurves.Equalize(image); break;
            case AugmentOperation.Invert: ToneCurves.Invert(image); break;
            case AugmentOperation.Posterize: ToneCurves.Posterize(image, 4 - (int)(share * 4)); break;
            case AugmentOperation.Solarize: ToneCurves.Solarize(image, 256 - (int)(share * 256)); break;
            case AugmentOperation.SolarizeAdd: ToneCurves.SolarizeAdd(image, (int)(share * 110)); break;
            case AugmentOperation.Color: Enhancement.Color(image, factor); break;
            case AugmentOperation.Contrast: Enhancement.Contrast(image, factor); break;
            case AugmentOperation.Brightness: Enhancement.Brightness(image, factor); break;
            case AugmentOperation.Sharpness: Enhancement.Sharpness(image, factor, scratch.Spare.Pixels); break;
            default:
                Geometry(operation, direction, image.Width, image.Height).Apply(image, scratch.Spare, kernel, fill);
                scratch.Swap();
                break;
        }
    }

    private static AffineTransform Geometry(
        AugmentOperation operation, double direction, int width, int height) => operation switch
        {
            AugmentOperation.Rotate => AffineTransform.Rotate(direction * 30, width, height),
            AugmentOperation.ShearX => AffineTransform.ShearX(direction * 0.3),
            AugmentOperation.ShearY => AffineTransform.ShearY(direction * 0.3),
            AugmentOperation.TranslateX => AffineTransform.Translate(direction * 0.45 * width, 0),
            AugmentOperation.TranslateY => AffineTransform.Translate(0, direction * 0.45 * height),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "not an operation of RandAugment"),
        };
}
