using Postern.Imaging;

namespace Postern.Attacks;

/// <summary>How far a triggered picture is from the clean one; no 8-bit rounding in between.</summary>
/// <param name="Psnr">Peak signal-to-noise ratio in dB; infinite where nothing changed.</param>
/// <param name="Ssim">Structural similarity on luma (<see cref="StructuralSimilarity"/>), 1 where nothing changed.</param>
/// <param name="LInf">Largest change of a channel's value, of [0, 1].</param>
/// <param name="ChangedPixels">Share of pixels with any channel changed, 0 to 1.</param>
public readonly record struct TriggerChange(double Psnr, double Ssim, double LInf, double ChangedPixels)
{
    /// <summary>Compares two square pictures.</summary>
    /// <param name="clean">[3, size, size], [0, 1].</param>
    /// <param name="triggered">[3, size, size], [0, 1].</param>
    /// <exception cref="ArgumentException">The lengths differ or are not those of a square picture.</exception>
    public static TriggerChange Between(ReadOnlySpan<float> clean, ReadOnlySpan<float> triggered)
    {
        int size = (int)Math.Sqrt(clean.Length / 3);
        if (clean.Length != triggered.Length || clean.Length != 3 * size * size || clean.IsEmpty)
            throw new ArgumentException($"{clean.Length} and {triggered.Length} values, expected two square pictures of one size",
                nameof(triggered));
        int plane = clean.Length / 3, changed = 0;
        double squares = 0, largest = 0;
        for (int i = 0; i < plane; i++)
        {
            bool any = false;
            for (int at = i; at < clean.Length; at += plane)
            {
                double difference = Math.Abs((double)triggered[at] - clean[at]);
                squares += difference * difference;
                largest = Math.Max(largest, difference);
                any |= difference > 0;
            }
            if (any) changed++;
        }
        double psnr = squares == 0 ? double.PositiveInfinity : -10 * Math.Log10(squares / clean.Length);
        return new TriggerChange(psnr, StructuralSimilarity.Between(clean, triggered, size), largest, (double)changed / plane);
    }
}
