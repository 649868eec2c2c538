using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// A change to the scans of a trained Vim while it computes, to see what depends on what is changed. Tokens are counted from 0 in
/// the order of the picture, the class token among them; skip and gate stay as they are.
/// </summary>
public abstract record MixerIntervention
{
    private static readonly Scalar Zero = 0;

    /// <summary>Whether the direction is changed.</summary>
    internal virtual bool Concerns(bool reverse) => true;

    /// <summary>The kernel of the convolution, [E, K], the token itself last.</summary>
    internal virtual Tensor Kernel(Tensor weight) => weight;

    /// <summary>s [B, L, E], before skip and gate, of a scan without either.</summary>
    internal virtual Tensor Scan(ScanInput scan, IModelOps ops) => ops.Scan(scan);

    /// <summary>y [B, L, E] with the skip and the gate of <paramref name="scan"/>.</summary>
    internal virtual Tensor Gated(ScanInput scan, IModelOps ops) => scan.Output(Scan(scan with { D = null, Z = null }, ops));

    /// <summary>What remains of [1, L, 1] where the tokens' places are zero.</summary>
    private protected static Tensor Without(IReadOnlyList<int> tokens, ScanInput scan)
    {
        Tensor mask = ones(1, scan.U.shape[1], 1, dtype: scan.U.dtype, device: scan.U.device);
        foreach (int token in tokens) mask.narrow(1, token, 1).fill_(Zero);
        return mask;
    }

    /// <summary>Runs of tokens scanned each for itself, in their own places.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="starts">The first token of each run after the first one, ascending.</param>
    /// <param name="ops">How it is computed.</param>
    private protected static Tensor InRuns(ScanInput scan, IEnumerable<long> starts, IModelOps ops)
    {
        long length = scan.U.shape[1];
        long[] bounds = [0, .. starts.Where(s => s > 0 && s < length), length];
        return cat([.. bounds.Zip(bounds.Skip(1)).Select(run => ops.Scan(scan with
        {
            U = Part(scan.U, run.First, run.Second),
            Delta = Part(scan.Delta, run.First, run.Second),
            B = Part(scan.B, run.First, run.Second),
            C = Part(scan.C, run.First, run.Second),
        }))], 1);

        static Tensor Part(Tensor tokens, long from, long end) => tokens.dim() == 2 ? tokens : tokens.narrow(1, from, end - from);
    }
}

/// <summary>
/// The state is forgotten once a token has been read: what comes later in a scan knows nothing of it and those before.
/// </summary>
/// <param name="After">The token.</param>
public sealed record StateReset(int After) : MixerIntervention
{
    internal override Tensor Scan(ScanInput scan, IModelOps ops) => InRuns(scan, [scan.Reverse ? After : After + 1], ops);
}

/// <summary>
/// Tokens write nothing into the state that one reader sees, though they still make it decay; all others read as ever.
/// </summary>
/// <param name="Tokens">Who is cut off.</param>
/// <param name="Reader">From whom, such as the class token.</param>
public sealed record EdgeCut(IReadOnlyList<int> Tokens, int Reader) : MixerIntervention
{
    internal override Tensor Scan(ScanInput scan, IModelOps ops)
    {
        Tensor kept = Without([Reader], scan), s = ops.Scan(scan),
            cut = ops.Scan(scan with { B = scan.B * Without(Tokens, scan) });
        return s * kept + cut * (1 - kept);
    }
}

/// <summary>Tokens are passed over: no decay, no input, and what they read themselves is the state as it comes along.</summary>
/// <param name="Tokens">Whose step is zero.</param>
public sealed record ZeroDelta(IReadOnlyList<int> Tokens) : MixerIntervention
{
    internal override Tensor Scan(ScanInput scan, IModelOps ops) => ops.Scan(scan with
    {
        Delta = SelectiveScanLoop.Steps(scan) * Without(Tokens, scan),
        DeltaBias = null,
        DtWeight = null,
        Softplus = false,
    });
}

/// <summary>The state is zeroed before every so many tokens.</summary>
/// <param name="Tokens">W.</param>
/// <param name="OfPicture">Whether blocks are those of the picture in both directions; else each scan counts from its own first
/// token.</param>
public sealed record Horizon(int Tokens, bool OfPicture = false) : MixerIntervention
{
    /// <summary>
    /// Who is the last of its run in both directions, and so reads W - 1 tokens before it. Without one, a reader in the middle
    /// may be the first of its run and read none: token 32 of 65 is for W = 4, 8, 16 and 32 alike.
    /// </summary>
    public int? Reader { get; init; }

    internal override Tensor Scan(ScanInput scan, IModelOps ops) =>
        Reader is int reader ? InRuns(scan, Starts(scan, scan.Reverse ? reader : reader + 1), ops)
        : OfPicture ? InRuns(scan, Starts(scan, 0), ops)
        : ops.Scan(scan with { Window = Tokens });

    /// <summary>The first tokens of all runs, where one of them begins at <paramref name="one"/>.</summary>
    private IEnumerable<long> Starts(ScanInput scan, int one)
    {
        for (long start = one % Tokens; start < scan.U.shape[1]; start += Tokens) yield return start;
    }
}

/// <summary>Every token reads only those nearer than so many tokens, itself included; costs a backward scan a token.</summary>
/// <param name="Tokens">W: terms with |i - j| &lt; W stay.</param>
public sealed record Band(int Tokens) : MixerIntervention
{
    internal override Tensor Scan(ScanInput scan, IModelOps ops)
    {
        Tensor alpha = HiddenAttention.Matrix(scan, ops);                                                   // [B, E, L, L]
        Tensor kept = ones_like(alpha.select(0, 0).select(0, 0)).tril(Tokens - 1).triu(1 - Tokens);         // [L, L]
        return alpha.mul(kept).matmul(scan.U.transpose(1, 2).unsqueeze(-1)).squeeze(-1).transpose(1, 2);    // [B, L, E]
    }
}

/// <summary>Tokens are scanned in another order, and stand in their own places again afterwards.</summary>
/// <param name="Order">Whose turn comes at each place of the scan; every token once.</param>
public sealed record ScanOrder(IReadOnlyList<int> Order) : MixerIntervention
{
    internal override Tensor Scan(ScanInput scan, IModelOps ops)
    {
        Tensor order = tensor(Order.Select(t => (long)t).ToArray(), device: scan.U.device);
        return ops.Scan(scan with { U = Moved(scan.U), Delta = Moved(scan.Delta), B = Moved(scan.B), C = Moved(scan.C) })
            .index_select(1, order.argsort());

        Tensor Moved(Tensor tokens) => tokens.dim() == 2 ? tokens : tokens.index_select(1, order);
    }
}

/// <summary>One direction's scan gives nothing; its convolution and skip stay.</summary>
/// <param name="Reverse">Whether it is the one from the last token on.</param>
public sealed record ScanCut(bool Reverse) : MixerIntervention
{
    internal override bool Concerns(bool reverse) => reverse == Reverse;

    internal override Tensor Scan(ScanInput scan, IModelOps ops) => zeros_like(scan.U);
}

/// <summary>The convolutions see a token alone and none of its neighbours.</summary>
public sealed record ConvolutionCut : MixerIntervention
{
    internal override Tensor Kernel(Tensor weight)
    {
        Tensor last = zeros_like(weight);
        last.narrow(1, weight.shape[1] - 1, 1).copy_(weight.narrow(1, weight.shape[1] - 1, 1));
        return last;
    }
}
