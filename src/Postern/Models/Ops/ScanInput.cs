using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// Arguments of a selective scan (<c>docs/reference/models.md 2.4</c>), channels innermost.
/// </summary>
/// <param name="U">[B, L, E].</param>
/// <param name="Delta">[B, L, E], before bias and softplus; with <see cref="DtWeight"/> its factors [B, L, R].</param>
/// <param name="A">[E, N], negative.</param>
/// <param name="B">[B, L, N], or [B, L, G, N] in G channel groups, or [E, N] constant.</param>
/// <param name="C">As <paramref name="B"/>.</param>
public sealed record ScanInput(Tensor U, Tensor Delta, Tensor A, Tensor B, Tensor C)
{
    /// <summary>[E], the skip from u to y; null for none.</summary>
    public Tensor? D { get; init; }

    /// <summary>[B, L, E], the gate; null for none.</summary>
    public Tensor? Z { get; init; }

    /// <summary>[E], added to delta before softplus; null for none.</summary>
    public Tensor? DeltaBias { get; init; }

    /// <summary>[E, R], where delta is the product of this and R numbers a token; null where delta is given itself.</summary>
    public Tensor? DtWeight { get; init; }

    /// <summary>Whether softplus is applied to delta.</summary>
    public bool Softplus { get; init; }

    /// <summary>Scan from the last token to the first; outputs stay at their own token.</summary>
    public bool Reverse { get; init; }

    /// <summary>The state is set to zero before every so many tokens, counted in the order of the scan; 0 for never.</summary>
    public int Window { get; init; }

    /// <summary>The same values in tensors of its own, which nothing is differentiated through.</summary>
    internal ScanInput Copied() => this with
    {
        U = Copy(U),
        Delta = Copy(Delta),
        A = Copy(A),
        B = Copy(B),
        C = Copy(C),
        D = D is null ? null : Copy(D),
        Z = Z is null ? null : Copy(Z),
        DeltaBias = DeltaBias is null ? null : Copy(DeltaBias),
        DtWeight = DtWeight is null ? null : Copy(DtWeight),
    };

    private static Tensor Copy(Tensor tensor) => tensor.detach().clone();

    /// <summary>What states gave, behind the skip and the gate: (y + D u) silu(z), each where there is one.</summary>
    /// <param name="y">[B, L, E].</param>
    internal Tensor Output(Tensor y)
    {
        if (D is not null) y = y + U * D;
        return Z is null ? y : y * nn.functional.silu(Z);
    }
}
