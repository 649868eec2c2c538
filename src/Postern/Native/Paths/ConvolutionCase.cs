using System.Runtime.CompilerServices;

namespace Postern.Native.Paths;

/// <summary>A square convolution of libtorch without bias, as some layer of a backbone has it.</summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Step of the kernel.</param>
/// <param name="Padding">Zeros around the map.</param>
/// <param name="Side">Side of the map.</param>
/// <param name="Depthwise">Each channel for itself.</param>
/// <param name="Batch">Pictures.</param>
/// <param name="Flat">A sequence of <see cref="Side"/> tokens in place of a square map: [B, C, 1, L].</param>
internal sealed record ConvolutionCase(
    int Inputs, int Outputs, int Kernel, int Stride = 1, int Padding = 0, int Side = 8, bool Depthwise = false, int Batch = 2,
    bool Flat = false)
{
    /// <summary>
    /// What the catalogue's networks are made of: stems, stages of few and odd channels, shortcuts, depthwise, causal, patches.
    /// </summary>
    public static IReadOnlyList<ConvolutionCase> Common { get; } =
    [
        new(3, 16, 3, Padding: 1),
        new(3, 8, 3, Stride: 2, Padding: 1),
        new(8, 8, 3, Padding: 1),
        new(16, 24, 3, Padding: 1),
        new(24, 24, 3, Padding: 1, Batch: 8),
        new(24, 48, 1, Stride: 2),
        new(48, 48, 3, Stride: 2, Padding: 1),
        new(64, 64, 3, Padding: 1, Side: 4),
        new(64, 24, 1),
        new(24, 24, 7, Padding: 3, Depthwise: true),
        new(48, 48, 7, Padding: 3, Depthwise: true),
        new(40, 40, 4, Padding: 3, Side: 17, Depthwise: true, Flat: true),
        new(3, 24, 4, Stride: 4, Side: 16),
    ];

    /// <summary>[B, C, H, W] of the input.</summary>
    public long[] InputShape => [Batch, Inputs, Flat ? 1 : Side, Side];

    /// <summary>[O, I, Kh, Kw] of the kernels.</summary>
    public long[] WeightShape => [Outputs, Depthwise ? 1 : Inputs, Flat ? 1 : Kernel, Kernel];

    /// <summary>[B, O, H', W'] of the output.</summary>
    public long[] OutputShape => [Batch, Outputs, Flat ? 1 : OutputSide, OutputSide];

    private int OutputSide => (Side + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>For people.</summary>
    public override string ToString() =>
        $"{(Depthwise ? Flat ? "causal " : "depthwise " : "")}convolution {Inputs} to {Outputs} channels, kernel {Kernel}, "
            + $"stride {Stride}";

    /// <summary>Output, gradient of the input and gradient of the kernels, in plain loops in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (float[] Output, float[] GradInput, float[] GradWeight) Plain(float[] input, float[] weight, float[] gradOutput)
    {
        double[] output = new double[gradOutput.Length], gradInput = new double[input.Length],
            gradWeight = new double[weight.Length];
        (int rows, int outRows, int kernelRows, int padRows) = Flat ? (1, 1, 1, 0) : (Side, OutputSide, Kernel, Padding);
        int channels = Depthwise ? 1 : Inputs;
        for (int b = 0; b < Batch; b++)
        {
            for (int o = 0; o < Outputs; o++)
            {
                for (int y = 0; y < outRows; y++)
                {
                    for (int x = 0; x < OutputSide; x++)
                    {
                        int to = ((b * Outputs + o) * outRows + y) * OutputSide + x;
                        double sum = 0, slope = gradOutput[to];
                        for (int i = 0; i < channels; i++)
                        {
                            int channel = (b * Inputs + (Depthwise ? o : i)) * rows;
                            for (int ky = 0; ky < kernelRows; ky++)
                            {
                                int row = y * Stride + ky - padRows;
                                if (row < 0 || row >= rows) continue;
                                for (int kx = 0; kx < Kernel; kx++)
                                {
                                    int column = x * Stride + kx - Padding;
                                    if (column < 0 || column >= Side) continue;
                                    int from = (channel + row) * Side + column,
                                        tap = ((o * channels + i) * kernelRows + ky) * Kernel + kx;
                                    sum += (double)input[from] * weight[tap];
                                    gradInput[from] += slope * weight[tap];
                                    gradWeight[tap] += slope * input[from];
                                }
                            }
                        }
                        output[to] = sum;
                    }
                }
            }
        }
        return (Array.ConvertAll(output, v => (float)v), Array.ConvertAll(gradInput, v => (float)v),
            Array.ConvertAll(gradWeight, v => (float)v));
    }
}
