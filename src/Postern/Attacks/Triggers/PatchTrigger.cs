using System.Numerics;

namespace Postern.Attacks.Triggers;

/// <summary>
/// A trigger picture T with its mask m at one size: planting it is <c>x' = x + a m (T - x)</c>
/// (<c>docs/reference/attacks.md 1</c> and 2.1). Immutable.
/// </summary>
public sealed class PatchTrigger
{
    private readonly float[] pixels;
    private readonly float[] mask;
    private readonly int start;
    private readonly int end;

    /// <summary>Takes over both arrays.</summary>
    /// <param name="size">Side in pixels.</param>
    /// <param name="pixels">T, [3, size, size], [0, 1].</param>
    /// <param name="mask">m, [size, size], [0, 1], the same for all channels; null for 1 everywhere.</param>
    /// <exception cref="ArgumentException">A length does not fit the size.</exception>
    public PatchTrigger(int size, float[] pixels, float[]? mask = null)
    {
        if (pixels.Length != 3 * size * size)
            throw new ArgumentException($"{pixels.Length} values for 3x{size}x{size}", nameof(pixels));
        if (mask is not null && mask.Length != size * size)
            throw new ArgumentException($"{mask.Length} values for {size}x{size}", nameof(mask));
        if (mask is null) Array.Fill(mask = new float[size * size], 1f);
        (Size, this.pixels, this.mask) = (size, pixels, mask);
        start = Math.Max(0, Array.FindIndex(mask, m => m != 0));
        end = Array.FindLastIndex(mask, m => m != 0) + 1;
    }

    /// <summary>Side in pixels.</summary>
    public int Size { get; }

    /// <summary>T, [3, Size, Size], [0, 1].</summary>
    public ReadOnlySpan<float> Pixels => pixels;

    /// <summary>m, [Size, Size], [0, 1].</summary>
    public ReadOnlySpan<float> Mask => mask;

    /// <summary>Plants the trigger.</summary>
    /// <param name="picture">x, [3, Size, Size], changed in place; stays in [0, 1].</param>
    /// <param name="opacity">a, 0 to 1.</param>
    /// <exception cref="ArgumentException">The picture has another size.</exception>
    public void Plant(Span<float> picture, float opacity)
    {
        CheckLength(picture);
        // Only from the first to the last pixel of the mask: a corner block costs its rows, not the picture.
        for (int channel = 0; channel < 3; channel++) Mix(picture, channel, start, end, opacity);
    }

    /// <summary>Plants the part of the trigger that lies in a rectangle, [rows, columns].</summary>
    /// <param name="picture">x, [3, Size, Size], changed in place; stays in [0, 1].</param>
    /// <param name="opacity">a, 0 to 1.</param>
    /// <param name="rows">Rows of the rectangle, within the picture.</param>
    /// <param name="columns">Columns of the rectangle, within the picture.</param>
    /// <exception cref="ArgumentException">The picture has another size, or the rectangle reaches out of it.</exception>
    public void Plant(Span<float> picture, float opacity, Range rows, Range columns)
    {
        CheckLength(picture);
        (int top, int height) = rows.GetOffsetAndLength(Size);
        (int left, int width) = columns.GetOffsetAndLength(Size);
        for (int channel = 0; channel < 3; channel++)
        {
            for (int row = top; row < top + height; row++)
                Mix(picture, channel, row * Size + left, row * Size + left + width, opacity);
        }
    }

    private void CheckLength(ReadOnlySpan<float> picture)
    {
        if (picture.Length != pixels.Length)
            throw new ArgumentException($"{picture.Length} values for 3x{Size}x{Size}", nameof(picture));
    }

    // The pixels from..to of one channel.
    private void Mix(Span<float> picture, int channel, int from, int to, float opacity)
    {
        int plane = channel * mask.Length;
        Span<float> x = picture[(plane + from)..(plane + to)];
        ReadOnlySpan<float> target = pixels.AsSpan((plane + from)..(plane + to)), weight = mask.AsSpan(from..to);
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = new Vector<float>(x[i..]);
            (value + opacity * new Vector<float>(weight[i..]) * (new Vector<float>(target[i..]) - value)).CopyTo(x[i..]);
        }
        for (; i < x.Length; i++) x[i] += opacity * weight[i] * (target[i] - x[i]);
    }
}
