using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>Products of token rows and a matrix in float32, with their gradients.</summary>
internal sealed class ProductPath : IFastPath
{
    // Inner and outer widths that fill no block evenly, and one that does.
    private static readonly (int Tokens, int Inner, int Outer)[] sizes = [(17, 24, 40), (9, 64, 24), (5, 40, 3)];

    /// <summary>AMD's family 25 has AVX-512 on units of 256 bits.</summary>
    private const int FirstAmdFamilyOfWideUnits = 26;

    /// <summary>Where both take about as long, a convolution costs more to begin with and less a row.</summary>
    private const int RowsOfEqualTime = 2048;

    private static readonly Route convolution = new("convolution", "as 1x1 convolutions, by oneDNN", from: 0),
        product = new("product", "as matrix products, by MKL", from: int.MaxValue),
        byRows = new("by-rows", $"as matrix products, from {RowsOfEqualTime} rows on as 1x1 convolutions", RowsOfEqualTime);

    /// <summary>
    /// By the speed of both: MKL multiplies 256 bits at a time on a processor that is not Intel's. Where its units have 512,
    /// oneDNN takes half of MKL's time; where they have 256 and AVX-512 is there, both are as fast; without it MKL takes two
    /// thirds of oneDNN's.
    /// </summary>
    private static readonly Route[] byProcessor = SimdPaths.Best != SimdPath.Avx512 || CpuFeatures.Current.IsIntel
        ? [product, convolution, byRows]
        : CpuFeatures.Current.Family < FirstAmdFamilyOfWideUnits ? [byRows, product, convolution]
        : [convolution, product, byRows];

    /// <summary>The number of rows from which on this kind of processor convolves them.</summary>
    public static int Fastest => byProcessor[0].From;

    public IReadOnlyList<ICandidate> Candidates => byProcessor;

    public string Name => "product";

    public IEnumerable<Deviation> Compare()
    {
        List<Func<Tensor, Tensor, Tensor, Tensor>> used = [];
        if (TokenProducts.ConvolvedFrom > 0) used.Add(TokenProducts.Multiply);
        if (TokenProducts.ConvolvedFrom < int.MaxValue) used.Add(TokenProducts.Convolve);
        return used.SelectMany(way => sizes.SelectMany(s => Compare(s.Tokens, s.Inner, s.Outer, ScalarType.Float32, way)));
    }

    /// <summary>One product in either type, against plain loops.</summary>
    public static IEnumerable<Deviation> Compare(
        int tokens, int inner, int outer, ScalarType type, Func<Tensor, Tensor, Tensor, Tensor> multiply)
    {
        const int batch = 3;
        using DisposeScope scope = NewDisposeScope();
        float[] input = TrialTensors.Draw(batch * tokens * inner, 1), weight = TrialTensors.Draw(outer * inner, 2);
        float[] bias = TrialTensors.Draw(outer, 3), slope = TrialTensors.Draw(batch * tokens * outer, 4);
        Tensor x = TrialTensors.Leaf(input, [batch, tokens, inner], type), w = TrialTensors.Leaf(weight, [outer, inner], type);
        Tensor b = TrialTensors.Leaf(bias, [outer], type);
        TrialTensors.Soil(input.Length, weight.Length, slope.Length);
        Tensor y = multiply(x, w, b);
        y.backward([tensor(slope).view(batch, tokens, outer).to(type)]);

        double[] plain = new double[slope.Length], gradInput = new double[input.Length];
        double[] gradWeight = new double[weight.Length], gradBias = new double[outer];
        for (int t = 0; t < batch * tokens; t++)
        {
            for (int o = 0; o < outer; o++)
            {
                int at = t * outer + o;
                plain[at] = bias[o];
                gradBias[o] += slope[at];
                for (int i = 0; i < inner; i++)
                {
                    plain[at] += (double)input[t * inner + i] * weight[o * inner + i];
                    gradInput[t * inner + i] += (double)slope[at] * weight[o * inner + i];
                    gradWeight[o * inner + i] += (double)slope[at] * input[t * inner + i];
                }
            }
        }
        string what = $"product of {inner} by {outer}";
        return
        [
            Result(what, y, plain), Result($"input gradient of {what}", x.grad!, gradInput),
            Result($"weight gradient of {what}", w.grad!, gradWeight), Result($"bias gradient of {what}", b.grad!, gradBias),
        ];

        Deviation Result(string name, Tensor found, double[] expected) =>
            Deviation.Of(name, TrialTensors.Read(found), Array.ConvertAll(expected, v => (float)v), TrialTensors.Allowed(type));
    }

    private sealed class Route(string name, string description, int from) : ICandidate
    {
        public int From => from;

        public string Name => name;

        public string Description => description;

        public void Take() => TokenProducts.ConvolvedFrom = from;
    }
}
