using System.Runtime.InteropServices;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

/// <summary>The directions of a convolution.</summary>
[Flags]
public enum ConvWays
{
    Back = 1,
    Ahead = 2,
    Both = Back | Ahead,
}

/// <summary>A causal convolution on seeded numbers that bfloat16 holds exactly.</summary>
/// <param name="shape">Its sizes.</param>
/// <param name="pad">Elements between the rows of two tokens of everything that has rows.</param>
internal sealed unsafe class ConvCase(CausalConvShape shape, int pad = 0)
{
    /// <summary>What lies in, between and behind rows before a kernel runs; no result is as large.</summary>
    private const float Untouched = 768f;

    private const int Guard = 32;

    private readonly int tokens = shape.Batch * shape.Length, stride = shape.Channels + pad;

    public float[] X { get; } = Drawn("x", shape.Batch * shape.Length * (shape.Channels + pad), 2.0);

    public Direction Back { get; } = new("back", shape, pad);

    public Direction Ahead { get; } = new("ahead", shape, pad);

    /// <summary>u of each direction by name, dense; the equation's where <paramref name="path"/> is null.</summary>
    public Dictionary<string, float[]> Forward(SimdPath? path, ConvWays ways, RowElement element = RowElement.Float32)
    {
        Array x = Stored(X, element);
        var results = new Dictionary<string, Array>();
        CausalConvDirection Of(Direction direction, string name) => new()
        {
            Weight = Parameter(direction.Weight),
            Bias = Parameter(direction.Bias),
            U = Rows(results[$"{name} u"] = Blank(tokens * stride, element), element),
        };
        CausalConvDirection back = ways.HasFlag(ConvWays.Back) ? Of(Back, "back") : default;
        CausalConvDirection ahead = ways.HasFlag(ConvWays.Ahead) ? Of(Ahead, "ahead") : default;
        if (path is SimdPath simd) AnyPath.Forward(shape, Rows(x, element), back, ahead, simd);
        else CausalConvReference.Forward(shape, Rows(x, element), back, ahead);
        GC.KeepAlive(x);
        return Read(results);
    }

    /// <summary>The gradients of x and of each direction's parameters by name, dense.</summary>
    public Dictionary<string, float[]> Backward(SimdPath? path, ConvWays ways, RowElement element = RowElement.Float32)
    {
        Array x = Stored(X, element), gradX = Blank(tokens * stride, element);
        var results = new Dictionary<string, Array> { ["x"] = gradX };
        var inputs = new List<Array>();
        TokenRows Input(float[] values)
        {
            inputs.Add(Stored(values, element));
            return Rows(inputs[^1], element);
        }
        CausalConvDirection Of(Direction direction, string name) => new()
        {
            Weight = Parameter(direction.Weight),
            Bias = Parameter(direction.Bias),
            GradU = Input(direction.GradU),
            GradWeight = Parameter(results[$"{name} weight"] = Blank(direction.Weight.Length, RowElement.Float32)),
            GradBias = Parameter(results[$"{name} bias"] = Blank(direction.Bias.Length, RowElement.Float32)),
        };
        CausalConvDirection back = ways.HasFlag(ConvWays.Back) ? Of(Back, "back") : default;
        CausalConvDirection ahead = ways.HasFlag(ConvWays.Ahead) ? Of(Ahead, "ahead") : default;
        if (path is SimdPath simd) AnyPath.Backward(shape, Rows(x, element), back, ahead, Rows(gradX, element), simd);
        else CausalConvReference.Backward(shape, Rows(x, element), back, ahead, Rows(gradX, element));
        GC.KeepAlive(x);
        GC.KeepAlive(inputs);
        return Read(results);
    }

    /// <summary>The sum of u * gradU over both directions, by the equation; for rows without padding.</summary>
    public double Loss(ConvWays ways)
    {
        Dictionary<string, float[]> u = Forward(null, ways);
        double Of(Direction direction, string name) => !u.TryGetValue(name, out float[]? values) ? 0.0
            : values.Index().Sum(value => (double)value.Item * direction.GradU[value.Index]);
        return Of(Back, "back u") + Of(Ahead, "ahead u");
    }

    /// <summary>The tokens of every sequence in opposite order.</summary>
    public float[] Flip(float[] rows) =>
        [.. rows.Chunk(rows.Length / shape.Batch).SelectMany(sequence => sequence.Chunk(rows.Length / tokens).Reverse())
            .SelectMany(row => row)];

    private TokenRows Rows(Array pinned, RowElement element) => new(Address(pinned), stride, element);

    private static TokenRows Parameter(Array pinned) => new(Address(pinned), 1);

    private static nint Address(Array pinned) => Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private static Array Blank(int length, RowElement element)
    {
        float[] values = ScanCase.Pinned(length + Guard);
        Array.Fill(values, Untouched);
        return Stored(values, element);
    }

    private static Array Stored(float[] values, RowElement element)
    {
        if (element == RowElement.Float32) return values;
        ushort[] narrow = GC.AllocateArray<ushort>(values.Length, pinned: true);
        for (int i = 0; i < values.Length; i++) narrow[i] = BFloat16.From(values[i]).Bits;
        return narrow;
    }

    /// <summary>The results as dense arrays; fails where something was written outside them.</summary>
    private Dictionary<string, float[]> Read(Dictionary<string, Array> results)
    {
        var dense = new Dictionary<string, float[]>();
        foreach (var (name, stored) in results)
        {
            float[] values = stored as float[] ?? [.. ((ushort[])stored).Select(bits => new BFloat16(bits).AsFloat32)];
            bool rows = name == "x" || name.EndsWith(" u", StringComparison.Ordinal);
            bool Outside(int i) => i >= values.Length - Guard || (rows && i % stride >= shape.Channels);
            for (int i = 0; i < values.Length; i++)
            {
                if (Outside(i) != (values[i] == Untouched)) Assert.Fail($"{name}[{i}] is {values[i]}");
            }

            dense[name] = [.. values.Where((_, i) => !Outside(i))];
        }
        return dense;
    }

    private static float[] Drawn(string name, int length, double scale)
    {
        var random = RandomStream.For(3, name);
        float[] values = ScanCase.Pinned(length);
        for (int i = 0; i < length; i++) values[i] = BFloat16.From((float)random.NextDouble(-scale, scale)).AsFloat32;
        return values;
    }

    /// <summary>The numbers of one direction.</summary>
    public sealed class Direction(string name, CausalConvShape shape, int pad)
    {
        public float[] Weight { get; } = Drawn($"{name} weight", shape.Channels * shape.Kernel, 0.7);

        public float[] Bias { get; } = Drawn($"{name} bias", shape.Channels, 0.5);

        public float[] GradU { get; } = Drawn($"{name} grad u", shape.Batch * shape.Length * (shape.Channels + pad), 1.0);
    }
}
