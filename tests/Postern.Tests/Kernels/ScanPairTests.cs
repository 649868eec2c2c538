using Postern.Kernels;

namespace Postern.Tests.Kernels;

/// <summary>Two scans that share a gate, against each of them alone, and scans of bfloat16 against scans of float32.</summary>
public sealed unsafe class ScanPairTests
{
    public static TheoryData<SimdPath, int, int, int, bool> Shapes()
    {
        TheoryData<SimdPath, int, int, int, bool> shapes = [];
        foreach (SimdPath path in new[] { SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512, SixteenLanes.Path })
        {
            shapes.Add(path, 33, 40, 0, false);
            shapes.Add(path, 65, 48, 3, true);
            shapes.Add(path, 1, 5, 4, false);
            shapes.Add(path, 9, 300, 18, true);
        }
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_pair_is_the_mean_of_its_scans_behind_their_gate(SimdPath path, int length, int channels, int rank, bool reverse)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        SelectiveScanShape shape = Shape(length, channels, rank, reverse);
        var gated = new ScanCase(shape, seed: 1);
        float[] z = gated["z"], gradY = gated["grad y"];
        double[] sigmoid = [.. z.Select(value => 1 / (1 + Math.Exp(-value)))];

        // Each scan alone and without a gate, given the gradient that the gate lets through.
        ScanCase[] alone = [new(shape, seed: 1, z: false), new(shape with { Reverse = !reverse }, seed: 2, z: false)];
        foreach (ScanCase scan in alone)
        {
            for (int i = 0; i < z.Length; i++) scan["grad y"][i] = (float)(0.5 * gradY[i] * z[i] * sigmoid[i]);
        }
        float[][] s = [.. alone.Select(scan => scan.Forward(null)["y"])];
        float[] y = [.. z.Select((value, i) => (float)(0.5 * ((double)s[0][i] + s[1][i]) * value * sigmoid[i]))];
        float[] gradZ = [.. z.Select((value, i) =>
            (float)(0.5 * gradY[i] * ((double)s[0][i] + s[1][i]) * sigmoid[i] * (1 + value * (1 - sigmoid[i]))))];

        var pair = new Pair(gated, alone[1]);
        Compare.All(new() { ["y"] = y }, new() { ["y"] = pair.Forward(path) }, 1e-6, "");
        (Dictionary<string, float[]> first, Dictionary<string, float[]> second) = pair.Backward(path);
        Compare.All(alone[1].Backward(null), second, 5e-6, "second scan, gradient of ");
        Dictionary<string, float[]> expected = alone[0].Backward(null);
        expected["z"] = gradZ;
        Compare.All(expected, first, 5e-6, "first scan, gradient of ");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Bfloat16_is_float32_but_for_what_is_read_and_written(
        SimdPath path, int length, int channels, int rank, bool reverse)
    {
        if (!SimdPaths.IsSupported(path)) Assert.Skip($"this machine has no {path}");
        SelectiveScanShape shape = Shape(length, channels, rank, reverse);
        var pair = new Pair(new ScanCase(shape, seed: 1), new ScanCase(shape with { Reverse = !reverse }, seed: 2, z: false));
        pair.Round();
        Assert.Equal(Rounded(pair.Forward(path)), pair.Forward(path, RowElement.BFloat16));
        (Dictionary<string, float[]> First, Dictionary<string, float[]> Second) wide = pair.Backward(path),
            narrow = pair.Backward(path, RowElement.BFloat16);
        foreach ((Dictionary<string, float[]> expected, Dictionary<string, float[]> found) in new[] { (wide.First, narrow.First),
            (wide.Second, narrow.Second) })
        {
            Assert.Equal(expected.Keys, found.Keys);
            foreach ((string name, float[] values) in expected)
                Assert.Equal(name is "u" or "z" ? Rounded(values) : values, found[name]);
        }
    }

    [Fact]
    public void Wrong_types_and_second_gates_are_refused()
    {
        SelectiveScanShape shape = Shape(4, 8, 2, false);
        ScanCase first = new(shape, seed: 1), second = new(shape, seed: 2);
        Assert.Contains("gate of the first",
            Assert.Throws<ArgumentException>(() => new Pair(first, second).Forward(SimdPath.Auto)).Message,
            StringComparison.Ordinal);
        Assert.Contains("one type", Assert.Throws<ArgumentException>(() => Mixed(first)).Message, StringComparison.Ordinal);
        Assert.Contains("single group",
            Assert.Throws<ArgumentException>(() => new ScanCase(shape with { Groups = 2 }).Forward(SimdPath.Auto)).Message,
            StringComparison.Ordinal);
    }

    private static void Mixed(ScanCase scan)
    {
        SelectiveScanTensors inputs = scan.Pointers;
        inputs.Z = new TokenRows(inputs.Z.Address, inputs.Z.Stride, RowElement.BFloat16);
        SelectiveScan.Forward(scan.Shape, inputs, new SelectiveScanOutputs { Y = inputs.U });
    }

    private static SelectiveScanShape Shape(int length, int channels, int rank, bool reverse) =>
        new(2, length, channels, 6) { DeltaSoftplus = true, DtRank = rank, Reverse = reverse };

    private static float[] Rounded(float[] values) => [.. values.Select(value => BFloat16.From(value).AsFloat32)];

    /// <summary>Runs two cases as a pair; rows of u, z and y in either type, given and returned as float32.</summary>
    private sealed class Pair(ScanCase first, ScanCase second)
    {
        private readonly List<BFloat16[]> narrow = [];

        /// <summary>Makes what can be bfloat16 exactly so.</summary>
        public void Round()
        {
            foreach (float[] values in new[] { first["u"], first["z"], first["grad y"], second["u"] })
                Rounded(values).CopyTo(values, 0);
        }

        public float[] Forward(SimdPath path, RowElement element = RowElement.Float32)
        {
            float[] y = ScanCase.Pinned(first["u"].Length);
            TokenRows rows = Rows(y, element);
            AnyPath.Forward(first.Shape, [Inputs(first, element), Inputs(second, element)],
                new SelectiveScanOutputs { Y = rows }, path);
            Read(rows, y);
            return y;
        }

        public (Dictionary<string, float[]> First, Dictionary<string, float[]> Second) Backward(
            SimdPath path, RowElement element = RowElement.Float32)
        {
            var results = new[] { first, second }
                .Select(scan => scan.Inputs.ToDictionary(name => name, name => ScanCase.Pinned(scan[name].Length))).ToArray();
            SelectiveScanTensors[] gradients = [Gradients(results[0], element), Gradients(results[1], element)];
            AnyPath.Backward(first.Shape, [Inputs(first, element), Inputs(second, element)], Rows(first["grad y"], element),
                gradients, path);
            for (int i = 0; i < results.Length; i++)
            {
                Read(gradients[i].U, results[i]["u"]);
                if (results[i].TryGetValue("z", out float[]? z)) Read(gradients[i].Z, z);
            }
            return (results[0], results[1]);
        }

        private SelectiveScanTensors Inputs(ScanCase scan, RowElement element)
        {
            SelectiveScanTensors inputs = scan.Pointers;
            inputs.U = Rows(scan["u"], element);
            if (inputs.Z.Exists) inputs.Z = Rows(scan["z"], element);
            return inputs;
        }

        private SelectiveScanTensors Gradients(Dictionary<string, float[]> results, RowElement element) => new()
        {
            U = Rows(results["u"], element),
            Delta = new TokenRows(Address(results["delta"]), results["delta"].Length / first.Tokens),
            Z = results.TryGetValue("z", out float[]? z) ? Rows(z, element) : default,
            A = new TokenRows(Address(results["A"]), first.Shape.States),
            B = new TokenRows(Address(results["B"]), first.Shape.States),
            C = new TokenRows(Address(results["C"]), first.Shape.States),
            D = new TokenRows(Address(results["D"]), 1),
            DeltaBias = new TokenRows(Address(results["bias"]), 1),
            DtWeight = results.TryGetValue("step weight", out float[]? weight)
                ? new TokenRows(Address(weight), first.Shape.DtRank) : default,
        };

        private TokenRows Rows(float[] values, RowElement element)
        {
            if (element == RowElement.Float32) return new TokenRows(Address(values), first.Shape.Channels);
            BFloat16[] copy = GC.AllocateArray<BFloat16>(values.Length, pinned: true);
            for (int i = 0; i < copy.Length; i++) copy[i] = BFloat16.From(values[i]);
            narrow.Add(copy);
            return new TokenRows(System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(copy, 0),
                first.Shape.Channels, element);
        }

        private static void Read(TokenRows rows, float[] values)
        {
            if (rows.Element == RowElement.Float32) return;
            for (int i = 0; i < values.Length; i++) values[i] = ((BFloat16*)rows.Address)[i].AsFloat32;
        }

        private static float* Address(float[] pinned) =>
            (float*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
    }
}
