namespace Postern.Kernels;

/// <summary>
/// The tensors of one direction of a <see cref="CausalConv"/>; a direction without <see cref="Weight"/> is absent. The forward
/// pass reads the parameters and writes <see cref="U"/>; the backward pass reads the parameters and the gradient of u, and writes
/// theirs.
/// </summary>
/// <param name="Weight">The kernels: [D, K], dense, the last tap being the token itself. None says that there is no such
/// direction.</param>
/// <param name="Bias">The biases: [D].</param>
/// <param name="U">The output: [B, L, D]; must not overlap the input.</param>
/// <param name="GradU">The gradient of the output: [B, L, D].</param>
/// <param name="GradWeight">Receives the gradient of the kernels: [D, K].</param>
/// <param name="GradBias">Receives the gradient of the biases: [D].</param>
public readonly record struct CausalConvDirection(
    TokenRows Weight, TokenRows Bias, TokenRows U = default, TokenRows GradU = default, TokenRows GradWeight = default,
    TokenRows GradBias = default)
{
    /// <summary>Whether there is such a direction.</summary>
    internal bool Exists => Weight.Exists;
}
