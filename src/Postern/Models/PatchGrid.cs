namespace Postern.Models;

/// <summary>How a network of tokens cuts a picture into patches, and where its class token stands among them.</summary>
/// <param name="PatchSize">Side of a patch in pixels.</param>
/// <param name="Stride">Distance between patches in pixels.</param>
/// <param name="Side">Patches a side.</param>
/// <param name="ClassToken">Place of the class token in the sequence.</param>
public sealed record PatchGrid(int PatchSize, int Stride, int Side, int ClassToken)
{
    /// <summary>M, the number of patches.</summary>
    public int Patches => Side * Side;

    /// <summary>L, the number of tokens.</summary>
    public int Tokens => Patches + 1;

    /// <summary>The token of a patch, both counted row by row.</summary>
    public int TokenOf(int patch) => patch < ClassToken ? patch : patch + 1;

    /// <summary>Values of all tokens without the class token's: one for each patch.</summary>
    public double[] OfPatches(IReadOnlyList<double> tokens) => [.. Enumerable.Range(0, Patches).Select(p => tokens[TokenOf(p)])];
}
