using Postern.Kernels;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Which pieces of the picture Adaptive-Blend leaves alone (<c>docs/reference/attacks.md 2.9</c>): the plane is cut into n x n
/// pieces, numbered down the columns; for each sample some are drawn without replacement.
/// </summary>
public sealed class PieceDraw
{
    private readonly Filler fill;

    private PieceDraw(int perSide, Filler fill) => (PerSide, this.fill) = (perSide, fill);

    private delegate void Filler(int sample, Span<bool> removed);

    /// <summary>n.</summary>
    public int PerSide { get; }

    /// <summary>A draw that is a function of (seed, sample): neither epoch nor plan changes it.</summary>
    /// <param name="perSide">n, 1 to 32.</param>
    /// <param name="removedCount">Pieces left alone, at most n * n.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static PieceDraw Random(int perSide, int removedCount, long seed) => new(perSide, (sample, removed) =>
    {
        RandomStream stream = RandomStream.For(seed, "adaptive-blend.pieces", sample);
        // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S): each piece in turn, with the chance that keeps all subsets alike.
        int wanted = removedCount;
        for (int piece = 0; piece < removed.Length; piece++)
        {
            removed[piece] = stream.NextInt(removed.Length - piece) < wanted;
            if (removed[piece]) wanted--;
        }
    });

    /// <summary>Stored pieces for each sample.</summary>
    /// <param name="perSide">n.</param>
    /// <param name="removedBySample">Numbers of the pieces left alone, by index of the sample.</param>
    public static PieceDraw Stored(
        int perSide, IReadOnlyList<IReadOnlyList<int>> removedBySample) => new(perSide, (sample, removed) =>
    {
        removed.Clear();
        foreach (int piece in removedBySample[sample]) removed[piece] = true;
    });

    /// <summary>Marks the pieces of a sample that are left alone.</summary>
    /// <param name="sample">Index of the sample.</param>
    /// <param name="removed">[PerSide * PerSide]; piece p is row p mod PerSide, column p / PerSide.</param>
    public void Fill(int sample, Span<bool> removed) => fill(sample, removed);
}
