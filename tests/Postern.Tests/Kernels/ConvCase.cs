using System.Runtime.InteropServices;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

/// <summary>A causal convolution on seeded numbers.</summary>
/// <param name="shape">Sizes and direction.</param>
/// <param name="pad">Elements between the rows of two tokens of x and its gradient.</param>
internal sealed unsafe class ConvCase(CausalConvShape shape, int pad = 0)
{
    private readonly int tokens = shape.Batch * shape.Length;
    private readonly int stride = shape.Channels + pad;

    public float[] X { get; } = Drawn("x", shape.Batch * shape.Length * (shape.Channels + pad), 2.0);

    public float[] Weight { get; } = Drawn("weight", shape.Channels * shape.Kernel, 0.7);

    public float[] Bias { get; } = Drawn("bias", shape.Channels, 0.5);

    public float[] GradU { get; } = Drawn("grad u", shape.Batch * shape.Length * shape.Channels, 1.0);

    public Dictionary<string, float[]> Forward(SimdPath? path)
    {
        float[] u = ScanCase.Pinned(GradU.Length);
        if (path is SimdPath simd) CausalConv.Forward(shape, Rows(X, stride), Address(Weight), Address(Bias), Rows(u, shape.Channels), simd);
        else CausalConvReference.Forward(shape, Rows(X, stride), Address(Weight), Address(Bias), Rows(u, shape.Channels));
        GC.KeepAlive(this);
        return new() { ["u"] = u };
    }

    public Dictionary<string, float[]> Backward(SimdPath? path)
    {
        float[] x = shape.Accumulate ? Drawn("earlier gradient of x", X.Length, 1) : ScanCase.Pinned(X.Length), weight = ScanCase.Pinned(Weight.Length), bias = ScanCase.Pinned(Bias.Length);
        TokenRows gradU = Rows(GradU, shape.Channels), gradX = Rows(x, stride);
        if (path is SimdPath simd)
            CausalConv.Backward(shape, Rows(X, stride), Address(Weight), Address(Bias), gradU, gradX, Address(weight), Address(bias), simd);
        else CausalConvReference.Backward(shape, Rows(X, stride), Address(Weight), Address(Bias), gradU, gradX, Address(weight), Address(bias));
        GC.KeepAlive(this);
        return new() { ["x"] = x, ["weight"] = weight, ["bias"] = bias };
    }

    /// <summary>The tokens of every sequence in opposite order.</summary>
    public float[] Flip(float[] rows) =>
        [.. rows.Chunk(rows.Length / shape.Batch).SelectMany(sequence => sequence.Chunk(rows.Length / tokens).Reverse()).SelectMany(row => row)];

    private static float* Address(float[] pinned) => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private static TokenRows Rows(float[] array, int stride) => new(Address(array), stride);

    private static float[] Drawn(string name, int length, double scale)
    {
        var random = RandomStream.For(3, name);
        float[] values = ScanCase.Pinned(length);
        for (int i = 0; i < length; i++) values[i] = (float)random.NextDouble(-scale, scale);
        return values;
    }
}
