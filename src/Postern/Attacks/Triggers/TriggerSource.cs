using Postern.Imaging;

namespace Postern.Attacks.Triggers;

/// <summary>A trigger at any size: drawn, or from a file. Each size is made once; safe from several threads.</summary>
/// <param name="make">The trigger of a size in pixels.</param>
public sealed class TriggerSource(Func<int, PatchTrigger> make)
{
    private readonly PerSize<PatchTrigger> triggers = new(make);

    /// <summary>The trigger for pictures of <paramref name="size"/> x <paramref name="size"/> pixels.</summary>
    public PatchTrigger At(int size) => triggers.At(size);

    /// <summary>The picture of a file, covering everything.</summary>
    /// <exception cref="InputException">The file cannot be read or is no picture.</exception>
    public static TriggerSource Whole(string path)
    {
        RgbImage picture = ImageFile.Load(path);
        return new TriggerSource(size => new PatchTrigger(size, At(size, picture)));
    }

    /// <summary>
    /// The picture of a file with a mask: the first channel of <paramref name="maskPath"/>, or 1 where the picture, at the
    /// size in question, has any channel above 0.
    /// </summary>
    /// <exception cref="InputException">A file cannot be read or is no picture, or the mask is zero everywhere.</exception>
    public static TriggerSource Masked(string path, string? maskPath)
    {
        RgbImage picture = ImageFile.Load(path);
        RgbImage? mask = maskPath is null ? null : ImageFile.Load(maskPath);
        if (mask is not null && !mask.Pixels.AsSpan(0, mask.Width * mask.Height).ContainsAnyExcept((byte)0))
            throw new InputException(maskPath!,
                "the mask is black everywhere (its red channel counts), so the trigger would not be planted");
        if (mask is null && !picture.Pixels.AsSpan().ContainsAnyExcept((byte)0))
            throw new InputException(path,
                "the trigger is black everywhere; only its non-black pixels are planted unless trigger_mask is set");
        return new TriggerSource(size =>
        {
            float[] pixels = At(size, picture);
            return new PatchTrigger(size, pixels, mask is null ? NonBlack(pixels) : At(size, mask)[..(size * size)]);
        });
    }

    // [3, size, size] of 8-bit values / 255; resized in 8 bits, aspect ignored, as the toolbox does.
    private static float[] At(int size, RgbImage image) =>
        Array.ConvertAll(Resampling.Bilinear(image, size, size).Pixels, v => v / 255f);

    private static float[] NonBlack(float[] pixels)
    {
        int plane = pixels.Length / 3;
        float[] mask = new float[plane];
        for (int i = 0; i < plane; i++) mask[i] = pixels[i] > 0 || pixels[plane + i] > 0 || pixels[2 * plane + i] > 0 ? 1f : 0f;
        return mask;
    }
}
