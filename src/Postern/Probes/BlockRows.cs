using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>A row of numbers, one for each token, of each picture in each block.</summary>
internal sealed class BlockRows
{
    private readonly List<List<double[]>> blocks = [];

    /// <summary>How many blocks.</summary>
    public int Count => blocks.Count;

    /// <summary>Adds some pictures' rows, [B, L].</summary>
    public void Add(int block, Tensor rows)
    {
        while (blocks.Count <= block) blocks.Add([]);
        blocks[block].AddRange(rows.Doubles().Chunk((int)rows.shape[1]));
    }

    /// <summary>For each picture the mean of some tokens in a block.</summary>
    public double[] At(int block, IReadOnlyList<int> tokens) => [.. blocks[block].Select(row => tokens.Average(t => row[t]))];

    /// <summary>For each picture the mean of some tokens in all blocks.</summary>
    public double[] At(IReadOnlyList<int> tokens) => MeanOf([.. blocks.Select((_, block) => At(block, tokens))]);

    /// <summary>For each picture what <paramref name="of"/> makes of its row, in the mean of all blocks.</summary>
    public double[] Each(Func<double[], double> of) =>
        MeanOf([.. blocks.Select((_, block) => EachOf(block, of))]);

    /// <summary>For each picture what <paramref name="of"/> makes of its row in a block.</summary>
    public double[] EachOf(int block, Func<double[], double> of) => [.. blocks[block].Select(of)];

    /// <summary>For each picture its row in the mean of all blocks.</summary>
    public IReadOnlyList<double[]> OverBlocks() =>
        [.. Enumerable.Range(0, blocks[0].Count).Select(picture => MeanOf([.. blocks.Select(rows => rows[picture])]))];

    /// <summary>The mean row of all pictures in a block.</summary>
    public double[] Mean(int block) => MeanOf(blocks[block]);

    /// <summary>The mean row of all pictures and blocks.</summary>
    public double[] Mean() => MeanOf([.. blocks.Select(MeanOf)]);

    /// <summary>The mean of rows of one length.</summary>
    public static double[] MeanOf(IReadOnlyList<double[]> rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(t => rows.Average(row => row[t]))];

    /// <summary>The difference of two rows.</summary>
    public static double[] Difference(double[] before, double[] after) => [.. after.Zip(before, (a, b) => a - b)];
}
