using Postern.Models;

namespace Postern.Benchmarks;

/// <summary>A linear layer, or several alike, in a training step.</summary>
/// <param name="Rows">Rows that it is applied to.</param>
/// <param name="Inputs">Width of its input.</param>
/// <param name="Outputs">Width of its output.</param>
/// <param name="Layers">How many there are.</param>
/// <param name="OfInput">Whether its input needs a gradient; pictures need none.</param>
internal readonly record struct LinearWork(long Rows, long Inputs, long Outputs, int Layers, bool OfInput = true)
{
    /// <summary>Multiply-adds of all its products.</summary>
    public long MultiplyAdds => (OfInput ? 3 : 2) * Rows * Inputs * Outputs * Layers;
}

/// <summary>An attention, or several alike: scores of all pairs of tokens, and values summed by them.</summary>
/// <param name="Heads">Heads of all pictures together.</param>
/// <param name="Tokens">Tokens of a picture.</param>
/// <param name="Width">Channels of a head.</param>
/// <param name="Layers">How many there are; 0 for none.</param>
internal readonly record struct AttentionWork(long Heads, long Tokens, long Width, int Layers);

/// <summary>What a training step cannot do without.</summary>
/// <param name="Layers">Its linear layers.</param>
/// <param name="Attention">Its attention.</param>
/// <param name="Exponentials">Its exponentials, forward and backward.</param>
/// <param name="Parameters">Values that are trained.</param>
internal sealed record StepParts(
    IReadOnlyList<LinearWork> Layers, AttentionWork Attention, long Exponentials, long Parameters)
{
    // Weight, gradient and AdamW's two moments are read, and written.
    private const int PassesOfParameters = 8;

    /// <summary>
    /// A Vim: patch embedding, in_proj, x_proj and dt_proj of both directions, out_proj, head; the exponentials of its scans once
    /// forward and, as states are never stored, once more backward.
    /// </summary>
    public static StepParts Of(VimConfig vim, int batch, long parameters)
    {
        long tokens = (long)batch * (vim.Patches + 1), d = vim.EmbedDim, inner = 2 * d, rank = (d + 15) / 16;
        return new StepParts(
            [
                new((long)batch * vim.Patches, 3 * vim.PatchSize * vim.PatchSize, d, 1, OfInput: false),
                new(tokens, d, 2 * inner, vim.Depth),
                new(tokens, inner, rank + 2 * vim.StateSize, 2 * vim.Depth),
                new(tokens, rank, inner, 2 * vim.Depth),
                new(tokens, inner, d, vim.Depth),
                new(batch, d, vim.Classes, 1),
            ],
            default, 2 * 2 * vim.Depth * tokens * inner * vim.StateSize, parameters);
    }

    /// <summary>
    /// A DeiT: patch embedding, queries, keys and values, projection, both layers of the MLP, head; the exponentials of its
    /// softmax, and of its GELU once forward and once backward.
    /// </summary>
    public static StepParts Of(DeiTConfig deit, int batch, long parameters)
    {
        long tokens = (long)batch * (deit.Patches + 1), d = deit.EmbedDim, hidden = 4 * d;
        return new StepParts(
            [
                new((long)batch * deit.Patches, 3 * deit.PatchSize * deit.PatchSize, d, 1, OfInput: false),
                new(tokens, d, 3 * d, deit.Depth),
                new(tokens, d, d, deit.Depth),
                new(tokens, d, hidden, deit.Depth),
                new(tokens, hidden, d, deit.Depth),
                new(batch, d, deit.Classes, 1),
            ],
            new AttentionWork((long)batch * deit.Heads, deit.Patches + 1, d / deit.Heads, deit.Depth),
            deit.Depth * (tokens * deit.Heads * (deit.Patches + 1) + 2 * tokens * hidden), parameters);
    }

    /// <summary>Multiply-adds of the linear layers.</summary>
    public long MultiplyAdds => Layers.Sum(w => w.MultiplyAdds);

    /// <summary>
    /// Bytes that memory has to take and give: what linear layers read and make is written forward and read backward, and the
    /// optimiser passes over what it trains.
    /// </summary>
    /// <param name="element">Bytes of a value between layers.</param>
    public long Bytes(long element) =>
        2 * element * Layers.Sum(w => w.Layers * w.Rows * (w.Inputs + w.Outputs))
        + PassesOfParameters * sizeof(float) * Parameters;
}
