namespace Postern.Imaging;

/// <summary>A picture of a figure with its lines of text.</summary>
/// <param name="Picture">The picture; null leaves an empty field.</param>
/// <param name="Caption">Lines above the picture; empty lines keep its place in line with its neighbours.</param>
internal sealed record FigureTile(RgbImage? Picture, params string[] Caption)
{
    /// <summary>Parts of the picture that get a red frame.</summary>
    public IReadOnlyList<PixelBox> Frames { get; init; } = [];

    /// <summary>Distance of thin lines over the picture, in its pixels: the borders of patches; 0 for none.</summary>
    public int Lattice { get; init; }

    /// <summary>What an empty field says.</summary>
    public string Note { get; init; } = "";
}
