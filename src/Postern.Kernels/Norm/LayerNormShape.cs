namespace Postern.Kernels;

/// <summary>The sizes of a <see cref="LayerNormKernel"/>.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Width">d.</param>
/// <param name="Epsilon">Added to the variance.</param>
public readonly record struct LayerNormShape(int Rows, int Width, float Epsilon);
