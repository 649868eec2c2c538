using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Training.Input.Stages;

/// <summary>
/// torchvision's <c>RandomResizedCrop</c> and horizontal flip: a box of 8 to 100% of the area and aspect 3/4 to 4/3 (log-uniform)
/// resized to the input, mirrored with probability one half (<c>docs/reference/models.md 7.1</c>).
/// </summary>
/// <param name="Kernels">The interpolation; of several, each sample draws one (MambaOut's recipe).</param>
public sealed record ResizedCrop(IReadOnlyList<Interpolation> Kernels)
{
    private const int Attempts = 10;

    /// <summary>The stage.</summary>
    public void Apply(
        ReadOnlySpan<float> source, int sourceSize, Span<float> target, int targetSize, ref RandomStream stream,
        StageScratch scratch)
    {
        PixelBox box = Draw(sourceSize, ref stream);
        bool flip = stream.NextBool();
        Interpolation kernel = Kernels.Count == 1 ? Kernels[0] : Kernels[stream.NextInt(Kernels.Count)];
        scratch.Resizer.Apply(source, sourceSize, box.Top, box.Left, box.Height, box.Width, kernel, target, targetSize);
        if (!flip) return;
        for (int row = 0; row < 3 * targetSize; row++) target.Slice(row * targetSize, targetSize).Reverse();
    }

    /// <summary>The box.</summary>
    public static PixelBox Region(int sourceSize, int targetSize, RandomStream stream) => Draw(sourceSize, ref stream);

    /// <summary>
    /// Draws the box in a square picture. After ten boxes that do not fit it is the whole picture: torchvision's fallback to the
    /// largest central crop of an allowed aspect, which a square has itself.
    /// </summary>
    public static PixelBox Draw(int size, ref RandomStream stream)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = stream.NextDouble(0.08, 1.0) * size * size;
            double aspect = Math.Exp(stream.NextDouble(Math.Log(3.0 / 4), Math.Log(4.0 / 3)));
            int width = (int)Math.Round(Math.Sqrt(area * aspect)), height = (int)Math.Round(Math.Sqrt(area / aspect));
            if (width <= 0 || height <= 0 || width > size || height > size) continue;
            return new PixelBox(stream.NextInt(size - height + 1), stream.NextInt(size - width + 1), height, width);
        }
        return new PixelBox(0, 0, size, size);
    }
}
