namespace Postern.Imaging;

/// <summary>
/// Decodes pictures of any size to squares, or a part of the square from a part of the picture. Keeps its buffers from picture to
/// picture: one for each thread.
/// </summary>
/// <param name="fit">How a picture becomes a square.</param>
internal sealed class SquareReader(SquareFit fit) : IDisposable
{
    private readonly PictureDecoder decoder = new();
    private readonly PartResizer resizer = new();

    /// <summary>Writes a part of a square picture; what lies outside stays as it is.</summary>
    /// <param name="data">The file's content.</param>
    /// <param name="source">Its name, for errors.</param>
    /// <param name="part">The part of the square that is wanted.</param>
    /// <param name="pixels">[3, fit.Size, fit.Size], 0..255.</param>
    /// <exception cref="InputException">As for <see cref="PictureDecoder.Decode"/>.</exception>
    public void Read(ReadOnlySpan<byte> data, string source, PixelBox part, Span<byte> pixels)
    {
        PixelBox resized = default;
        decoder.Decode(data, source, (width, height) =>
        {
            (int wide, int high, PixelBox square) = fit.Of(width, height, source);
            resizer.Set(width, height, wide, high, fit.Interpolation);
            resized = part with { Top = part.Top + square.Top, Left = part.Left + square.Left };
            return resizer.SourceOf(resized);
        }, fit.Enough);
        resizer.Apply(decoder.Rgba, decoder.Part, resized, pixels, fit.Size, part.Top, part.Left);
    }

    /// <summary>Releases the buffers.</summary>
    public void Dispose() => decoder.Dispose();
}
