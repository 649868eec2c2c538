using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>Products of token rows and a matrix in float32, with their gradients.</summary>
internal sealed class ProductPath : IFastPath
{
    // Inner and outer widths that fill no block evenly, and one that does.
    private static readonly (int Tokens, int Inner, int Outer)[] sizes = [(17, 24, 40), (9, 64, 24), (5, 40, 3)];

    public ProductPath()
    {
        ICandidate convolution = new Route("convolution", "as 1x1 convolutions, by oneDNN", asConvolutions: true);
        ICandidate product = new Route("product", "as matrix products, by MKL", asConvolutions: false);
        Candidates = ConvolutionsAreFaster ? [convolution, product] : [product, convolution];
    }

    /// <summary>AMD's family 25 has AVX-512 on units of 256 bits.</summary>
    private const int FirstAmdFamilyOfWideUnits = 26;

    /// <summary>
    /// MKL multiplies 256 bits at a time on a processor that is not Intel's. Where its units have 512, oneDNN takes half of MKL's
    /// time; where they have 256, MKL two thirds to all of oneDNN's.
    /// </summary>
    public static bool ConvolutionsAreFaster { get; } = SimdPaths.Best == SimdPath.Avx512 && !CpuFeatures.Current.IsIntel
        && CpuFeatures.Current.Family >= FirstAmdFamilyOfWideUnits;

    public string Name => "product";

    public IReadOnlyList<ICandidate> Candidates { get; }

    public IEnumerable<Deviation> Compare() => sizes.SelectMany(s => Compare(s.Tokens, s.Inner, s.Outer, ScalarType.Float32,
        (x, w, b) => TokenProducts.AsConvolutions ? TokenProducts.Convolve(x, w, b) : TokenProducts.Multiply(x, w, b)));

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

    private sealed class Route(string name, string description, bool asConvolutions) : ICandidate
    {
        public string Name => name;

        public string Description => description;

        public void Take() => TokenProducts.AsConvolutions = asConvolutions;
    }
}
