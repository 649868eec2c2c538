namespace Postern.Kernels;

/// <summary>What a selective scan reads. Letters as in <see cref="SelectiveScanShape"/>; the caller keeps the memory in place.</summary>
public unsafe struct SelectiveScanInputs
{
    /// <summary>u: [B, L, D].</summary>
    public TokenRows U;

    /// <summary>The step sizes before bias and softplus: [B, L, D].</summary>
    public TokenRows Delta;

    /// <summary>The gate, optional: [B, L, D].</summary>
    public TokenRows Z;

    /// <summary>A: [D, N], dense; negative for a scan that forgets.</summary>
    public float* A;

    /// <summary>B: [B, L, G, N], or [D, N] (dense, the stride has no meaning) when the shape says that it is constant.</summary>
    public TokenRows B;

    /// <summary>C: as <see cref="B"/>.</summary>
    public TokenRows C;

    /// <summary>The weight of the skip connection from u to y, optional: [D].</summary>
    public float* D;

    /// <summary>Added to delta, optional: [D].</summary>
    public float* DeltaBias;
}

/// <summary>What a selective scan writes.</summary>
public unsafe struct SelectiveScanOutputs
{
    /// <summary>y: [B, L, D].</summary>
    public TokenRows Y;

    /// <summary>The state after the last token scanned, optional: [B, D, N], dense.</summary>
    public float* LastState;
}

/// <summary>Where the backward pass writes, in the shapes of <see cref="SelectiveScanInputs"/>; former contents are overwritten.
/// An optional input has a gradient exactly when it is given. No memory may overlap the inputs'.</summary>
public unsafe struct SelectiveScanGradients
{
    /// <summary>Gradient of u: [B, L, D].</summary>
    public TokenRows U;

    /// <summary>Gradient of delta: [B, L, D].</summary>
    public TokenRows Delta;

    /// <summary>Gradient of the gate: [B, L, D].</summary>
    public TokenRows Z;

    /// <summary>Gradient of A: [D, N].</summary>
    public float* A;

    /// <summary>Gradient of B: [B, L, G, N], or [D, N] when constant.</summary>
    public TokenRows B;

    /// <summary>Gradient of C: [B, L, G, N], or [D, N] when constant.</summary>
    public TokenRows C;

    /// <summary>Gradient of D: [D].</summary>
    public float* D;

    /// <summary>Gradient of the bias of delta: [D].</summary>
    public float* DeltaBias;
}
