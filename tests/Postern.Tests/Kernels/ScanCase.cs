using Postern.Kernels;

namespace Postern.Tests.Kernels;

/// <summary>A selective scan on seeded numbers: inputs, outputs and gradients by name, in pinned arrays.</summary>
internal sealed unsafe class ScanCase
{
    private readonly Dictionary<string, float[]> arrays = [];
    private readonly int stride;

    /// <param name="shape">Sizes and switches.</param>
    /// <param name="seed">Seed of the numbers.</param>
    /// <param name="z">Whether there is a gate.</param>
    /// <param name="d">Whether there is a skip.</param>
    /// <param name="bias">Whether delta has a bias.</param>
    /// <param name="pad">Elements between the rows of two tokens, of inputs and gradients.</param>
    /// <param name="delta">Scale of delta.</param>
    public ScanCase(SelectiveScanShape shape, long seed = 1, bool z = true, bool d = true, bool bias = true, int pad = 0,
        float delta = 1f)
    {
        Shape = shape;
        stride = pad;
        Tokens = shape.Batch * shape.Length;
        int channels = shape.Channels, states = shape.States;
        int b = shape.ConstantB ? channels * states : Tokens * (shape.Groups * states + pad);
        int c = shape.ConstantC ? channels * states : Tokens * (shape.Groups * states + pad);
        Fill("u", Tokens * (channels + pad), seed, 0f, 1f);
        Fill("delta", Tokens * (DeltaWidth + pad), seed, 0f, delta);
        if (shape.DtRank > 0) Fill("step weight", channels * shape.DtRank, seed, 0f, 1f / MathF.Sqrt(shape.DtRank));
        if (z) Fill("z", Tokens * (channels + pad), seed, 0f, 2f);
        Fill("A", channels * states, seed, -4f, 3.9f);
        Fill("B", b, seed, 0f, 1f);
        Fill("C", c, seed, 0f, 1f);
        if (d) Fill("D", channels, seed, 1f, 0.5f);
        if (bias) Fill("bias", channels, seed, -1f, 1f);
        Fill("grad y", Tokens * (channels + pad), seed, 0f, 1f);
    }

    public SelectiveScanShape Shape { get; }

    public int Tokens { get; }

    private int DeltaWidth => Shape.DtRank > 0 ? Shape.DtRank : Shape.Channels;

    public IReadOnlyList<string> Inputs => [.. arrays.Keys.Where(name => name != "grad y")];

    public float[] this[string name] => arrays[name];

    public SelectiveScanTensors Pointers => new()
    {
        U = Rows("u", Shape.Channels),
        Delta = Rows("delta", DeltaWidth),
        DtWeight = Parameter("step weight", Shape.DtRank),
        Z = Rows("z", Shape.Channels),
        A = Parameter("A", Shape.States),
        B = Rows("B", Shape.Groups * Shape.States),
        C = Rows("C", Shape.Groups * Shape.States),
        D = Parameter("D", 1),
        DeltaBias = Parameter("bias", 1),
    };

    /// <summary>y and the last state.</summary>
    public Dictionary<string, float[]> Forward(SimdPath? path)
    {
        var results = new Dictionary<string, float[]>
        {
            ["y"] = Pinned(Tokens * Shape.Channels),
            ["last state"] = Pinned(Shape.Batch * Shape.Channels * Shape.States),
        };
        var outputs = new SelectiveScanOutputs
        {
            Y = new TokenRows(Address(results["y"]), Shape.Channels),
            LastState = new TokenRows(Address(results["last state"]), Shape.States),
        };
        if (path is SimdPath simd) AnyPath.Forward(Shape, [Pointers], outputs, simd);
        else SelectiveScanReference.Forward(Shape, Pointers, outputs);
        GC.KeepAlive(this);
        return results;
    }

    /// <summary>The gradient of every input, in the input's own layout; what lies between rows stays zero.</summary>
    public Dictionary<string, float[]> Backward(SimdPath? path)
    {
        var results = Inputs.ToDictionary(name => name, name => Pinned(arrays[name].Length));
        TokenRows Gradient(string name, int width) =>
            results.TryGetValue(name, out float[]? array) ? new TokenRows(Address(array), width + stride) : default;
        var gradients = new SelectiveScanTensors
        {
            U = Gradient("u", Shape.Channels),
            Delta = Gradient("delta", DeltaWidth),
            DtWeight = Gradient("step weight", 0),
            Z = Gradient("z", Shape.Channels),
            A = Gradient("A", 0),
            B = Gradient("B", Shape.Groups * Shape.States),
            C = Gradient("C", Shape.Groups * Shape.States),
            D = Gradient("D", 0),
            DeltaBias = Gradient("bias", 0),
        };
        if (path is SimdPath simd) AnyPath.Backward(Shape, [Pointers], Rows("grad y", Shape.Channels), [gradients], simd);
        else SelectiveScanReference.Backward(Shape, Pointers, Rows("grad y", Shape.Channels), gradients);
        GC.KeepAlive(this);
        return results;
    }

    public static float[] Pinned(int length) => GC.AllocateArray<float>(length, pinned: true);

    private static float* Address(float[] pinned) =>
        (float*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private float* Pointer(string name) => arrays.TryGetValue(name, out float[]? array) ? Address(array) : null;

    private TokenRows Parameter(string name, int width) => new(Pointer(name), width);

    private TokenRows Rows(string name, int width) => new(Pointer(name), width + stride);

    private void Fill(string name, int length, long seed, float offset, float scale)
    {
        var random = RandomStream.For(seed, name);
        float[] values = Pinned(length);
        for (int i = 0; i < length; i++) values[i] = (float)(offset + scale * random.NextDouble(-1.0, 1.0));
        arrays[name] = values;
    }
}
