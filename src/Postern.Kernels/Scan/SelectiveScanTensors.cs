namespace Postern.Kernels;

/// <summary>
/// What a selective scan reads, and where its backward pass writes the gradients of that: u and the gate as float32 or bfloat16,
/// everything else as float32. Letters as in <see cref="SelectiveScanShape"/>; the caller keeps the memory in place. A gradient
/// has the shape and type of its input and is there exactly when the input is; former contents are overwritten, and no memory may
/// overlap the inputs'.
/// </summary>
public struct SelectiveScanTensors
{
    /// <summary>u: [B, L, D].</summary>
    public TokenRows U;

    /// <summary>The step sizes before bias and softplus: [B, L, D]; with a step rank, their factors [B, L, R].</summary>
    public TokenRows Delta;

    /// <summary>With a step rank, what turns <see cref="Delta"/> into step sizes: [D, R], dense.</summary>
    public TokenRows DtWeight;

    /// <summary>The gate, optional: [B, L, D].</summary>
    public TokenRows Z;

    /// <summary>A: [D, N], dense; negative for a scan that forgets.</summary>
    public TokenRows A;

    /// <summary>B: [B, L, G, N], or [D, N] (dense, the stride has no meaning) when the shape says that it is constant.</summary>
    public TokenRows B;

    /// <summary>C: as <see cref="B"/>.</summary>
    public TokenRows C;

    /// <summary>The weight of the skip connection from u to y, optional: [D].</summary>
    public TokenRows D;

    /// <summary>Added to delta, optional: [D].</summary>
    public TokenRows DeltaBias;
}

/// <summary>What a selective scan writes.</summary>
public struct SelectiveScanOutputs
{
    /// <summary>y: [B, L, D], of the type of u.</summary>
    public TokenRows Y;

    /// <summary>The state after the last token scanned, optional: [B, D, N], dense. Not for a pair of scans.</summary>
    public TokenRows LastState;
}
