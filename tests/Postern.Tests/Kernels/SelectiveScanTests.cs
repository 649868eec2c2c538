using FsCheck;
using FsCheck.Fluent;
using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class SelectiveScanTests
{
    // Largest difference over largest value of a tensor; float32 rounding over these lengths stays well below.
    private const double ForwardTolerance = 1e-6;
    private const double GradientTolerance = 3e-6;

    public static TheoryData<SimdPath> Paths => [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512, SixteenLanes.Path];

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    private static readonly Dictionary<string, Func<ScanCase>> Cases = new()
    {
        ["one token"] = () => new(Shape(2, 1, 48)),
        ["vim layer"] = () => new(Shape(2, 65, 512)),
        ["many blocks in pieces"] = () => new(Shape(1, 20, 1100)),
        ["many sequences"] = () => new(Shape(70, 3, 5)),
        ["five channels"] = () => new(Shape(3, 20, 5)),
        ["hundred channels"] = () => new(Shape(2, 33, 100)),
        ["three groups of four"] = () => new(Shape(2, 19, 12) with { Groups = 3 }),
        ["two groups of forty"] = () => new(Shape(2, 9, 80) with { Groups = 2, Reverse = true }),
        ["a group per channel"] = () => new(Shape(2, 9, 6) with { Groups = 6 }),
        ["eight states"] = () => new(Shape(2, 40, 16) with { States = 8 }),
        ["five states"] = () => new(Shape(2, 11, 16) with { States = 5 }),
        ["constant B and C"] = () => new(Shape(2, 16, 24) with { ConstantB = true, ConstantC = true }),
        ["constant B"] = () => new(Shape(2, 16, 8) with { ConstantB = true }),
        ["constant C, reversed"] = () => new(Shape(2, 16, 40) with { ConstantC = true, Reverse = true }),
        ["no gate"] = () => new(Shape(3, 20, 20), z: false),
        ["no skip"] = () => new(Shape(3, 20, 20), d: false),
        ["no bias"] = () => new(Shape(3, 20, 20), bias: false),
        ["nothing optional"] = () => new(Shape(3, 20, 5), z: false, d: false, bias: false),
        ["no softplus"] = () => new(Shape(2, 33, 16) with { DeltaSoftplus = false }, delta: 0.05f, bias: false),
        ["reversed"] = () => new(Shape(2, 65, 48) with { Reverse = true }),
        ["rows inside wider ones"] = () => new(Shape(2, 17, 37) with { Reverse = true }, pad: 11),
        ["steps of low rank"] = () => new(Shape(2, 33, 40) with { DtRank = 4 }),
        ["steps of a rank wider than registers"] = () => new(Shape(2, 9, 72) with { DtRank = 24, Reverse = true }),
        ["steps of an odd rank inside wider rows"] = () => new(Shape(3, 7, 21) with { DtRank = 7 }, pad: 5),
        ["steps of rank one of one token"] = () => new(Shape(2, 1, 5) with { DtRank = 1, DeltaSoftplus = false }),
        ["steps of low rank in pieces"] = () => new(Shape(1, 20, 1100) with { DtRank = 12 }),
        ["huge delta"] = () => new(Shape(2, 64, 24), delta: 40f),
        ["long"] = () => new(Shape(1, 729, 16)),
        ["windows of five"] = () => new(Shape(2, 33, 40) with { Window = 5 }),
        ["windows of one, reversed"] = () => new(Shape(2, 9, 21) with { Window = 1, Reverse = true, States = 6 }),
        ["windows of eight, steps of low rank"] = () => new(Shape(2, 65, 40) with { Window = 8, DtRank = 3, Reverse = true }),
        ["windows over constant B and C"] = () => new(Shape(2, 16, 24) with { Window = 7, ConstantB = true, ConstantC = true }),
        ["a window as long as the sequence"] = () => new(Shape(2, 12, 24) with { Window = 12 }),
    };

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Every_path_computes_what_the_equation_says(string name)
    {
        ScanCase scan = Cases[name]();
        var forward = scan.Forward(null);
        var backward = scan.Backward(null);
        foreach (SimdPath path in AnyPath.Supported)
        {
            Compare.All(forward, scan.Forward(path), ForwardTolerance, $"{name}, {path}, ");
            Compare.All(backward, scan.Backward(path), GradientTolerance, $"{name}, {path}, gradient of ");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Random_shapes_agree_with_the_equation(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        var shapes = from batch in Gen.Choose(1, 3)
                     from length in Gen.Choose(1, 40)
                     from groups in Gen.Choose(1, 3)
                     from groupChannels in Gen.Choose(1, 40)
                     from states in Gen.Choose(1, 20)
                     from flags in Gen.Choose(0, 127)
                     from seed in Gen.Choose(0, 1000)
                     select (Shape: Shape(batch, length, groups * groupChannels) with
                     {
                         Groups = groups,
                         States = states,
                         Reverse = (flags & 1) != 0,
                         ConstantB = (flags & 2) != 0,
                         ConstantC = (flags & 4) != 0,
                     }, Flags: flags, Seed: seed);
        Prop.ForAll(shapes.ToArbitrary(), drawn =>
        {
            var scan = new ScanCase(
                drawn.Shape, drawn.Seed, z: (drawn.Flags & 8) != 0, d: (drawn.Flags & 16) != 0, bias: (drawn.Flags & 32) != 0,
                pad: drawn.Flags >> 6);
            Compare.All(scan.Forward(null), scan.Forward(path), 2e-6, "");
            Compare.All(scan.Backward(null), scan.Backward(path), 1e-5, "gradient of ");
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(60).WithReplay(20240607, 3));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, true, true)]
    public void The_equations_gradients_are_those_of_finite_differences(bool reverse, bool constantB, bool constantC)
    {
        var shape = Shape(1, 4, 4) with
        {
            States = 3,
            Groups = 2,
            Reverse = reverse,
            ConstantB = constantB,
            ConstantC = constantC,
        };
        var scan = new ScanCase(shape);
        var gradients = scan.Backward(null);
        foreach (string name in scan.Inputs)
        {
            double scale = gradients[name].Max(Math.Abs);
            for (int i = 0; i < scan[name].Length; i++)
            {
                // Richardson: the errors of second order of two central differences cancel. What is left is the rounding of y.
                double slope = (4.0 * Slope(scan, name, i, 1f / 64f) - Slope(scan, name, i, 1f / 32f)) / 3.0;
                float said = gradients[name][i];
                Assert.True(Math.Abs(slope - said) < 1e-4 * scale + 5e-6, $"{name}[{i}]: {said}, differences say {slope}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Reverse_is_flip_scan_flip_to_the_bit(SimdPath path)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        var shape = Shape(2, 23, 37);
        var plain = new ScanCase(shape);
        var reversed = new ScanCase(shape with { Reverse = true });
        string[] rows = ["u", "delta", "z", "B", "C", "grad y"];
        foreach (string name in rows) Flip(plain[name], shape).CopyTo(reversed[name], 0);

        var forward = plain.Forward(path);
        var flipped = reversed.Forward(path);
        Assert.Equal(Flip(forward["y"], shape), flipped["y"]);
        Assert.Equal(forward["last state"], flipped["last state"]);
        var backward = reversed.Backward(path);
        foreach (var (name, gradient) in plain.Backward(path))
            Assert.Equal(rows.Contains(name) ? Flip(gradient, shape) : gradient, backward[name]);
    }

    [Fact]
    public void Rows_write_nothing_between_them()
    {
        const int pad = 3;
        var scan = new ScanCase(Shape(1, 5, 21), pad: pad);
        foreach (SimdPath path in AnyPath.Supported)
        {
            float[] gradient = scan.Backward(path)["u"];
            for (int token = 0; token < scan.Tokens; token++)
                Assert.All(gradient.AsSpan(token * (21 + pad) + 21, pad).ToArray(), value => Assert.Equal(0f, value));
        }
    }

    [Fact]
    public void A_gradient_without_its_input_is_refused()
    {
        var gated = new ScanCase(Shape(1, 2, 4));
        var bare = new ScanCase(Shape(1, 2, 4), z: false);
        var error = Assert.Throws<ArgumentException>(() => Mismatch(gated, bare));
        Assert.Contains("Z and its gradient", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_that_do_not_divide_the_channels_are_refused() =>
        Assert.Throws<ArgumentException>(() => new ScanCase(Shape(1, 2, 4) with { Groups = 3 }).Forward(SimdPath.Auto));

    private static SelectiveScanShape Shape(int batch, int length, int channels) => new(batch, length, channels, 16)
    {
        DeltaSoftplus = true,
    };

    private static double Slope(ScanCase scan, string name, int i, float step)
    {
        float value = scan[name][i];
        scan[name][i] = value + step;
        double above = Loss(scan), width = scan[name][i];
        scan[name][i] = value - step;
        width -= scan[name][i];
        double slope = (above - Loss(scan)) / width;
        scan[name][i] = value;
        return slope;
    }

    private static double Loss(ScanCase scan) => scan.Forward(null)["y"].Zip(scan["grad y"], (y, g) => (double)y * g).Sum();

    private static float[] Flip(float[] rows, SelectiveScanShape shape)
    {
        int width = rows.Length / (shape.Batch * shape.Length);
        return [.. rows.Chunk(width * shape.Length).SelectMany(sequence => sequence.Chunk(width).Reverse())
            .SelectMany(row => row)];
    }

    private static unsafe void Mismatch(ScanCase inputs, ScanCase gradients)
    {
        SelectiveScanTensors there = gradients.Pointers;
        SelectiveScan.Backward(inputs.Shape, inputs.Pointers, there.U, new SelectiveScanTensors
        {
            U = there.U,
            Delta = there.Delta,
            A = there.A,
            B = there.B,
            C = there.C,
            D = there.D,
            DeltaBias = there.DeltaBias,
        });
    }
}
