namespace Postern.Imaging;

/// <summary>How a picture of any size becomes a square one.</summary>
/// <param name="Size">Side of the square.</param>
/// <param name="KeepsAspect">
/// Whether the shorter side is resized to <paramref name="Size"/> (bicubic) and the middle kept, as the official evaluations of
/// ViTs do; otherwise both sides are resized to it (bilinear), as the toolbox does.
/// </param>
/// <param name="Reduces">
/// Whether a JPEG with both sides more than twice as long as the square's is decoded at the fewest eighths of its size that leave
/// both at least twice as long. Costs a part of a full decode and differs from it by a grey level on average, more along edges:
/// the reduction averages with weights of its own, and colour at half resolution is not interpolated first.
/// </param>
public sealed record SquareFit(int Size, bool KeepsAspect = false, bool Reduces = false)
{
    // The longer side would be resized to as many squares.
    private const int LargestAspect = 1000;

    /// <summary>The kernel of the resize.</summary>
    internal Interpolation Interpolation => KeepsAspect ? Interpolation.Bicubic : Interpolation.Bilinear;

    /// <summary>The shortest side that a picture may be decoded at; null where only full size will do.</summary>
    internal int? Enough => Reduces ? 2 * Size : null;

    /// <summary>The size that a picture is resized to, and where in it the square lies.</summary>
    /// <exception cref="InputException">A sliver of a picture has no middle to keep; the message names
    /// <paramref name="source"/>.</exception>
    internal (int Width, int Height, PixelBox Square) Of(int width, int height, string source)
    {
        if (!KeepsAspect) return (Size, Size, PixelBox.Whole(Size));
        if (Math.Max(width, height) > (long)LargestAspect * Math.Min(width, height))
            throw new InputException(source, $"the picture is {width}x{height}, too narrow to cut a square out of");
        (int wide, int high) = Resampling.ShortestSide(width, height, Size);
        return (wide, high, Resampling.Centre(wide, high, Size));
    }
}
