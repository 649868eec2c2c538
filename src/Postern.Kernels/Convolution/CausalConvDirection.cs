namespace Postern.Kernels;

/// <summary>
/// The tensors of one direction of a <see cref="CausalConv"/>; a direction without <see cref="Weight"/> is absent. The forward pass
/// reads the parameters and writes <see cref="U"/>; the backward pass reads the parameters and the gradient of u, and writes theirs.
/// </summary>
public readonly unsafe struct CausalConvDirection
{
    /// <summary>The kernels: [D, K], dense, the last tap being the token itself. Null says that there is no such direction.</summary>
    public float* Weight { get; init; }

    /// <summary>The biases: [D].</summary>
    public float* Bias { get; init; }

    /// <summary>The output: [B, L, D]; must not overlap the input.</summary>
    public TokenRows U { get; init; }

    /// <summary>The gradient of the output: [B, L, D].</summary>
    public TokenRows GradU { get; init; }

    /// <summary>Receives the gradient of the kernels: [D, K].</summary>
    public float* GradWeight { get; init; }

    /// <summary>Receives the gradient of the biases: [D].</summary>
    public float* GradBias { get; init; }

    /// <summary>Whether there is such a direction.</summary>
    internal bool Exists => Weight != null;
}
