using Postern.Kernels;

namespace Postern.Tests.Kernels;

/// <summary>
/// Sixteen floats in four of the portable registers: kernels at the width of AVX-512, and in the loops that they have for plenty
/// of registers, on machines without it. Its instructions are not tested so, only what kernels do at that width.
/// </summary>
internal readonly unsafe struct SixteenLanes(Lanes128 a, Lanes128 b, Lanes128 c, Lanes128 d) : IVector<SixteenLanes>
{
    /// <summary>Stands for these registers among the paths that tests run over.</summary>
    public const SimdPath Path = (SimdPath)16;

    private readonly Lanes128 a = a, b = b, c = c, d = d;

    public static int Width => 16;

    public static bool Plentiful => true;

    public static SixteenLanes Broadcast(float value) => Each(_ => Lanes128.Broadcast(value));

    public static SixteenLanes Load(float* address) => Each(i => Lanes128.Load(address + 4 * i));

    public static SixteenLanes Load(BFloat16* address) => Each(i => Lanes128.Load(address + 4 * i));

    public void Store(float* address)
    {
        for (int i = 0; i < 4; i++) this[i].Store(address + 4 * i);
    }

    public void Store(BFloat16* address)
    {
        for (int i = 0; i < 4; i++) this[i].Store(address + 4 * i);
    }

    public void AddFolded(float* four) => (a + b + (c + d)).AddFolded(four);

    public static void AddFolded(SixteenLanes a, SixteenLanes b, SixteenLanes c, SixteenLanes d, float* sums)
    {
        a.AddFolded(sums);
        b.AddFolded(sums + 4);
        c.AddFolded(sums + 8);
        d.AddFolded(sums + 12);
    }

    public static SixteenLanes operator +(SixteenLanes a, SixteenLanes b) => Each(i => a[i] + b[i]);

    public static SixteenLanes operator -(SixteenLanes a, SixteenLanes b) => Each(i => a[i] - b[i]);

    public static SixteenLanes operator *(SixteenLanes a, SixteenLanes b) => Each(i => a[i] * b[i]);

    public static SixteenLanes operator /(SixteenLanes a, SixteenLanes b) => Each(i => a[i] / b[i]);

    public static SixteenLanes MultiplyAdd(SixteenLanes a, SixteenLanes b, SixteenLanes c) =>
        Each(i => Lanes128.MultiplyAdd(a[i], b[i], c[i]));

    public static SixteenLanes MultiplySubtractFrom(SixteenLanes a, SixteenLanes b, SixteenLanes c) =>
        Each(i => Lanes128.MultiplySubtractFrom(a[i], b[i], c[i]));

    public static SixteenLanes Exp2(SixteenLanes x) => Each(i => Lanes128.Exp2(x[i]));

    public static SixteenLanes Sqrt(SixteenLanes x) => Each(i => Lanes128.Sqrt(x[i]));

    public static SixteenLanes Abs(SixteenLanes x) => Each(i => Lanes128.Abs(x[i]));

    public static SixteenLanes WhereGreater(SixteenLanes x, SixteenLanes limit, SixteenLanes yes, SixteenLanes no) =>
        Each(i => Lanes128.WhereGreater(x[i], limit[i], yes[i], no[i]));

    private Lanes128 this[int i] => i switch { 0 => a, 1 => b, 2 => c, _ => d };

    private static SixteenLanes Each(Func<int, Lanes128> of) => new(of(0), of(1), of(2), of(3));
}

/// <summary>The kernels on any path, <see cref="SixteenLanes.Path"/> among them.</summary>
internal static class AnyPath
{
    /// <summary>Every path that this machine can run.</summary>
    public static IEnumerable<SimdPath> Supported =>
        Enum.GetValues<SimdPath>().Where(SimdPaths.IsSupported).Append(SixteenLanes.Path);

    public static void Forward(SelectiveScanShape shape, SelectiveScanTensors[] scans, in SelectiveScanOutputs outputs,
        SimdPath path)
    {
        if (path == SixteenLanes.Path) SelectiveScan.Forward<SixteenLanes>(shape, scans, outputs);
        else if (scans.Length == 1) SelectiveScan.Forward(shape, scans[0], outputs, path);
        else SelectiveScan.ForwardPair(shape, scans[0], scans[1], outputs, path);
    }

    public static void Backward(SelectiveScanShape shape, SelectiveScanTensors[] scans, TokenRows gradY,
        SelectiveScanTensors[] gradients, SimdPath path)
    {
        if (path == SixteenLanes.Path) SelectiveScan.Backward<SixteenLanes>(shape, scans, gradY, gradients);
        else if (scans.Length == 1) SelectiveScan.Backward(shape, scans[0], gradY, gradients[0], path);
        else SelectiveScan.BackwardPair(shape, scans[0], scans[1], gradY, gradients[0], gradients[1], path);
    }

    public static void Forward(CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead,
        SimdPath path)
    {
        if (path == SixteenLanes.Path) CausalConv.Forward<SixteenLanes>(new ConvCall(shape, x, default, back, ahead));
        else CausalConv.Forward(shape, x, back, ahead, path);
    }

    public static void Backward(
        CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead, TokenRows gradX,
        SimdPath path)
    {
        if (path == SixteenLanes.Path) CausalConv.Backward<SixteenLanes>(new ConvCall(shape, x, gradX, back, ahead));
        else CausalConv.Backward(shape, x, back, ahead, gradX, path);
    }

    public static void Forward(int rows, int width, TokenRows gate, TokenRows value, TokenRows y, SimdPath path)
    {
        if (path == SixteenLanes.Path) GeluKernel.Forward<SixteenLanes>(rows, width, gate, value, y);
        else GeluKernel.Forward(rows, width, gate, value, y, path);
    }

    public static void Backward(int rows, int width, TokenRows gate, TokenRows value, TokenRows gradY, TokenRows gradGate,
        TokenRows gradValue, SimdPath path)
    {
        if (path == SixteenLanes.Path)
            GeluKernel.Backward<SixteenLanes>(rows, width, gate, value, gradY, gradGate, gradValue);
        else GeluKernel.Backward(rows, width, gate, value, gradY, gradGate, gradValue, path);
    }

    public static void Forward(
        DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows bias, TokenRows y, SimdPath path)
    {
        if (path == SixteenLanes.Path)
            DepthwiseConv.Forward<SixteenLanes>(shape, x, weight, bias, y, turned: false);
        else DepthwiseConv.Forward(shape, x, weight, bias, y, path);
    }

    public static void Backward(DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows gradY, TokenRows gradX,
        TokenRows gradWeight, TokenRows gradBias, SimdPath path)
    {
        if (path == SixteenLanes.Path)
            DepthwiseConv.Backward<SixteenLanes>(shape, x, weight, gradY, gradX, gradWeight, gradBias);
        else DepthwiseConv.Backward(shape, x, weight, gradY, gradX, gradWeight, gradBias, path);
    }
}
