using Postern.Imaging;

namespace Postern.Attacks.Triggers;

/// <summary>
/// A trigger from a file: its colours, and its mask from a second file, else from its alpha where it has one, else (for a patch)
/// 1 where any channel is above 0, else 1 everywhere.
/// </summary>
internal sealed class TriggerPicture
{
    private readonly string path;
    private readonly RgbImage picture;
    private readonly RgbImage? mask;
    private readonly byte[]? alpha;
    private readonly bool patch;
    private readonly TriggerPlace place;

    /// <summary>Reads the files.</summary>
    /// <param name="path">The picture.</param>
    /// <param name="maskPath">The mask, whose first channel counts; null for none.</param>
    /// <param name="patch">Whether black pixels of an opaque picture are not planted.</param>
    /// <param name="place">Where it stands.</param>
    /// <exception cref="InputException">A file that cannot be read or is no picture, a mask of nothing, or a patch out of a lossy
    /// file.</exception>
    internal TriggerPicture(string path, string? maskPath, bool patch, TriggerPlace place)
    {
        (this.path, this.patch, this.place) = (path, patch, place);
        (picture, alpha, string? lossy) = ImageFile.LoadWithAlpha(path);
        if (maskPath is not null)
        {
            (mask, _, string? lossyMask) = ImageFile.LoadWithAlpha(maskPath);
            alpha = null;
            if (lossyMask is not null) throw Lossy(maskPath, lossyMask, "it hardly has a pixel of exactly 0");
            if (!mask.Pixels.AsSpan(0, mask.Width * mask.Height).ContainsAnyExcept((byte)0))
                throw new InputException(maskPath,
                    "the mask is black everywhere (its red channel counts), so the trigger would not be planted");
        }
        else if (alpha is not null)
        {
            if (!alpha.AsSpan().ContainsAnyExcept((byte)0))
                throw new InputException(path, "the trigger is transparent everywhere, so nothing would be planted");
        }
        else if (patch)
        {
            if (lossy is not null)
                throw Lossy(path, lossy, "all its pixels that are not exactly black would be planted, its noise too");
            if (!picture.Pixels.AsSpan().ContainsAnyExcept((byte)0))
                throw new InputException(path,
                    "the trigger is black everywhere; only its non-black pixels are planted unless it has an alpha channel or "
                        + "trigger_mask is set");
        }
    }

    /// <summary>
    /// Whether the file at <paramref name="path"/> is a picture with transparent pixels, which mask it; no if it is none.
    /// </summary>
    internal static bool HasAlpha(string path)
    {
        try
        {
            return ImageFile.LoadWithAlpha(path).Alpha is not null;
        }
        catch (InputException)
        {
            // Whoever plants it says what is wrong with it.
            return false;
        }
    }

    /// <summary>The trigger for pictures of <paramref name="size"/> x <paramref name="size"/> pixels.</summary>
    /// <exception cref="InputException">It reaches out of such pictures.</exception>
    internal PatchTrigger At(int size)
    {
        (int width, int height) = place.IsWhole ? (size, size) : place.SizeOf(picture.Width, picture.Height);
        (int left, int top) = place.IsWhole ? (0, 0) : place.In(size, width, height, path);
        (float[] pixels, float[]? weights) = Sized(width, height);
        if (place.IsWhole) return new PatchTrigger(size, pixels, weights);
        float[] wholePixels = new float[3 * size * size], wholeMask = new float[size * size];
        for (int row = 0; row < height; row++)
        {
            int to = (top + row) * size + left;
            for (int channel = 0; channel < 3; channel++)
            {
                pixels.AsSpan((channel * height + row) * width, width)
                    .CopyTo(wholePixels.AsSpan(channel * size * size + to, width));
            }
            if (weights is null) wholeMask.AsSpan(to, width).Fill(1f);
            else weights.AsSpan(row * width, width).CopyTo(wholeMask.AsSpan(to, width));
        }
        return new PatchTrigger(size, wholePixels, wholeMask);
    }

    /// <summary>What may surprise about the trigger in pictures of a size, a sentence each.</summary>
    /// <exception cref="InputException">It reaches out of such pictures.</exception>
    internal IReadOnlyList<string> NotesAt(int size)
    {
        var notes = new List<string>();
        (int width, int height) = place.IsWhole ? (size, size) : place.SizeOf(picture.Width, picture.Height);
        string name = Path.GetFileName(path);
        // Of a size in whole pixels, the aspect can be no better than to half a pixel.
        double exact = (double)picture.Height * width / picture.Width;
        if (Math.Abs(exact - height) > 0.5 + 1e-9)
        {
            notes.Add($"the trigger {name} of {picture.Width}x{picture.Height} pixels is stretched to {width}x{height}"
                + (place.IsWhole && patch ? ", the whole picture; trigger_size and trigger_at keep its shape" : ""));
        }
        if (patch)
        {
            ReadOnlySpan<float> weights = At(size).Mask;
            int planted = weights.Length - weights.Count(0f);
            if (2 * planted > weights.Length)
            {
                notes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"the trigger {name} covers {100.0 * planted / weights.Length:0} % of the picture; a patch is made smaller by "
                        + $"trigger_size, or by black or transparent pixels around it"));
            }
        }
        return notes;
    }

    // [3, height, width] of 8-bit values / 255 and its mask, both resized in 8 bits, aspect ignored, as the toolbox does.
    private (float[] Pixels, float[]? Mask) Sized(int width, int height)
    {
        if (mask is not null) return (Scaled(picture, width, height), Scaled(mask, width, height)[..(width * height)]);
        if (alpha is not null) return Unmixed(width, height);
        float[] pixels = Scaled(picture, width, height);
        return (pixels, patch ? NonBlack(pixels) : null);
    }

    // Transparent pixels have no colour: resized with the others they must not lend them one.
    private (float[] Pixels, float[] Mask) Unmixed(int width, int height)
    {
        int plane = picture.Width * picture.Height;
        RgbImage mixed = new(picture.Width, picture.Height), opacity = new(picture.Width, picture.Height);
        for (int i = 0; i < 3 * plane; i++)
        {
            mixed.Pixels[i] = (byte)((picture.Pixels[i] * alpha![i % plane] + 127) / 255);
            opacity.Pixels[i] = alpha[i % plane];
        }
        float[] weights = Scaled(opacity, width, height)[..(width * height)];
        bool same = (width, height) == (picture.Width, picture.Height);
        float[] pixels = Scaled(same ? picture : mixed, width, height);
        if (same) return (pixels, weights);
        for (int i = 0; i < pixels.Length; i++)
        {
            float weight = weights[i % weights.Length];
            pixels[i] = weight > 0 ? Math.Min(1f, pixels[i] / weight) : 0f;
        }
        return (pixels, weights);
    }

    private static float[] Scaled(RgbImage image, int width, int height) =>
        Array.ConvertAll(Resampling.Bilinear(image, width, height).Pixels, v => v / 255f);

    private static float[] NonBlack(float[] pixels)
    {
        int plane = pixels.Length / 3;
        float[] mask = new float[plane];
        for (int i = 0; i < plane; i++) mask[i] = pixels[i] > 0 || pixels[plane + i] > 0 || pixels[2 * plane + i] > 0 ? 1f : 0f;
        return mask;
    }

    private static InputException Lossy(string path, string format, string why) => new(path,
        $"is a {format}, which does not keep pixels as they were: {why}; save it as a PNG, or give a PNG as trigger_mask");
}
