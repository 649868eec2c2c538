namespace Postern.Kernels;

/// <summary>What a selective scan reads: u and the gate as float32 or bfloat16, everything else as float32. Letters as in <see cref="SelectiveScanShape"/>; the caller keeps the memory in place.</summary>
public struct SelectiveScanInputs
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

/// <summary>Where the backward pass writes, in the shapes and types of <see cref="SelectiveScanInputs"/>; former contents are overwritten.
/// An optional input has a gradient exactly when it is given. No memory may overlap the inputs'.</summary>
public struct SelectiveScanGradients
{
    /// <summary>Gradient of u: [B, L, D].</summary>
    public TokenRows U;

    /// <summary>Gradient of delta: [B, L, D], or [B, L, R] with a step rank.</summary>
    public TokenRows Delta;

    /// <summary>Gradient of the weight of the steps: [D, R].</summary>
    public TokenRows DtWeight;

    /// <summary>Gradient of the gate: [B, L, D].</summary>
    public TokenRows Z;

    /// <summary>Gradient of A: [D, N].</summary>
    public TokenRows A;

    /// <summary>Gradient of B: [B, L, G, N], or [D, N] when constant.</summary>
    public TokenRows B;

    /// <summary>Gradient of C: [B, L, G, N], or [D, N] when constant.</summary>
    public TokenRows C;

    /// <summary>Gradient of D: [D].</summary>
    public TokenRows D;

    /// <summary>Gradient of the bias of delta: [D].</summary>
    public TokenRows DeltaBias;
}
