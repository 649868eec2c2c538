using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>
/// Attention in float32: batched products of queries, keys and values around the softmax, with the gradients of all three.
/// </summary>
internal sealed class AttentionPath : IFastPath
{
    private const int Heads = 3, Tokens = 17, Width = 8;

    public string Name => "attention";

    public IReadOnlyList<ICandidate> Candidates { get; } =
        [new Softmax("libtorch", "libtorch's softmax", composed: false),
            new Softmax("composed", "exponential, sum and quotient", composed: true)];

    public IEnumerable<Deviation> Compare() => Compare(ScalarType.Float32);

    /// <summary>Attention whose products are of a type, against plain loops.</summary>
    public static IEnumerable<Deviation> Compare(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        const int count = Heads * Tokens * Width;
        float[][] values = [TrialTensors.Draw(count, 1), TrialTensors.Draw(count, 2), TrialTensors.Draw(count, 3)];
        float[] slope = TrialTensors.Draw(count, 4);
        Tensor[] leaves = [.. values.Select(v => TrialTensors.Leaf(v, [Heads, Tokens, Width], type))];
        TrialTensors.Soil(count, Heads * Tokens * Tokens);
        Tensor mixed = AttentionSoftmax.Apply(leaves[0].matmul(leaves[1].transpose(-2, -1))).matmul(leaves[2]);
        mixed.backward([tensor(slope).view(Heads, Tokens, Width).to(type)]);
        (double[] output, double[][] gradients) = Plain(values[0], values[1], values[2], slope);
        return
        [
            Result("attention", mixed, output), Result("query gradient of attention", leaves[0].grad!, gradients[0]),
            Result("key gradient of attention", leaves[1].grad!, gradients[1]),
            Result("value gradient of attention", leaves[2].grad!, gradients[2]),
        ];

        // In bf16 scores and weights are rounded on the way, and so are what flows back to both.
        Deviation Result(string name, Tensor found, double[] expected) => Deviation.Of(name, TrialTensors.Read(found),
            Array.ConvertAll(expected, v => (float)v), (type == ScalarType.Float32 ? 1 : 2) * TrialTensors.Allowed(type));
    }

    /// <summary>
    /// y = P v with P = softmax(q k^T); backwards dV = P^T dY, dP = dY v^T, dS = P (dP - sum(P dP)), dQ = dS k, dK = dS^T q.
    /// </summary>
    private static (double[] Output, double[][] Gradients) Plain(float[] q, float[] k, float[] v, float[] slope)
    {
        double[] output = new double[q.Length], gradQ = new double[q.Length], gradK = new double[q.Length],
            gradV = new double[q.Length];
        for (int row = 0; row < Heads * Tokens; row++)
        {
            int first = row / Tokens * Tokens;
            double[] p = [.. Enumerable.Range(first, Tokens).Select(other => Math.Exp(Dot(q, row, k, other)))];
            double total = p.Sum();
            double[] gradP = [.. Enumerable.Range(first, Tokens).Select(other => Dot(slope, row, v, other))];
            double mean = Enumerable.Range(0, Tokens).Sum(t => p[t] / total * gradP[t]);
            for (int t = 0; t < Tokens; t++)
            {
                double weight = p[t] / total, gradS = weight * (gradP[t] - mean);
                for (int d = 0; d < Width; d++)
                {
                    int here = row * Width + d, there = (first + t) * Width + d;
                    output[here] += weight * v[there];
                    gradV[there] += weight * slope[here];
                    gradQ[here] += gradS * k[there];
                    gradK[there] += gradS * q[here];
                }
            }
        }
        return (output, [gradQ, gradK, gradV]);

        static double Dot(float[] a, int rowA, float[] b, int rowB) =>
            Enumerable.Range(0, Width).Sum(d => (double)a[rowA * Width + d] * b[rowB * Width + d]);
    }

    private sealed class Softmax(string name, string description, bool composed) : ICandidate
    {
        public string Name => name;

        public string Description => description;

        public void Take() => AttentionSoftmax.Composed = composed;
    }
}
