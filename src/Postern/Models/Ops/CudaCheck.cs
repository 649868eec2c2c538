using Postern.Kernels;
using Postern.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The kernels of a card against plain operations in double precision on the processor: values and every gradient, in float32 and
/// bfloat16, in memory full of NaN, and once more for the same bits.
/// </summary>
internal static class CudaCheck
{
    // Neither blocks, nor tiles, nor chunks come out even.
    private const int Batch = 2, Length = 37, Channels = 300, Rank = 5, Taps = 4;

    private static readonly (string Name, Func<IModelOps, Draws, Tensor[]> Run)[] Operations =
        [("scan", Scan), ("convolution", Convolution), ("norm", Norm)];

    /// <summary>How far each result is off, and each of a second run from the first, for which nothing is allowed.</summary>
    /// <param name="ops">The kernels.</param>
    /// <param name="device">Where their tensors lie.</param>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    public static IReadOnlyList<Deviation> Run(IModelOps ops, Device device)
    {
        double? before = CudaTensors.Before;
        CudaTensors.Before = double.NaN;
        try
        {
            return [.. from type in new[] { ScalarType.Float32, ScalarType.BFloat16 }
                       from operation in Operations
                       from deviation in Compare(ops, device, type, operation.Name, operation.Run)
                       select deviation];
        }
        finally
        {
            CudaTensors.Before = before;
        }
    }

    private static List<Deviation> Compare(
        IModelOps ops, Device device, ScalarType type, string name, Func<IModelOps, Draws, Tensor[]> run)
    {
        using DisposeScope scope = NewDisposeScope();
        float[][] found = Numbers(ops, new Draws(device, type, ScalarType.Float32), run),
            again = Numbers(ops, new Draws(device, type, ScalarType.Float32), run),
            expected = Numbers(ModelOps.Plain, new Draws(CPU, ScalarType.Float64, ScalarType.Float64), run);
        List<Deviation> deviations = [];
        for (int i = 0; i < found.Length; i++)
        {
            string what = $"{name} in {type}, result {i}";
            deviations.Add(Deviation.Of(what, found[i], expected[i], TrialTensors.Allowed(type)));
            deviations.Add(Deviation.Of($"{what} again", again[i], found[i], 0));
        }
        return deviations;
    }

    /// <summary>Results and the gradients of all that was drawn.</summary>
    private static float[][] Numbers(IModelOps ops, Draws draws, Func<IModelOps, Draws, Tensor[]> run)
    {
        Tensor[] results = run(ops, draws);
        Tensor loss = results.Select(r => (r.to(draws.Wide) * draws.Slope(r)).sum()).Aggregate((a, b) => a + b);
        loss.backward();
        return [.. results.Concat(draws.Leaves.Select(l => l.grad!)).Select(t => TrialTensors.Read(t.cpu()))];
    }

    private static Tensor[] Scan(IModelOps ops, Draws draws)
    {
        ScanDirection[] ways = [.. Enumerable.Range(0, 2).Select(_ => new ScanDirection(
            draws.Rows(Batch, Length, Channels), draws.Parameter(0, Batch, Length, Rank + 2 * GpuKernels.States),
            draws.Parameter(-2, Channels, GpuKernels.States), draws.Parameter(0, Channels),
            draws.Parameter(0, Channels, Rank), draws.Parameter(-2, Channels)))];
        return [ops.ScanPair(ways[0], ways[1], draws.Rows(Batch, Length, Channels), window: 16)];
    }

    private static Tensor[] Convolution(IModelOps ops, Draws draws)
    {
        Tensor x = draws.Rows(Batch, Length, Channels);
        (Tensor, Tensor) Kernels() => (draws.Parameter(0, Channels, Taps), draws.Parameter(0, Channels));
        (Tensor back, Tensor ahead) = ops.ConvolvePair(x, Kernels(), Kernels());
        return [back, ahead];
    }

    private static Tensor[] Norm(IModelOps ops, Draws draws)
    {
        Tensor x = draws.Parameter(0, Batch, Length, Channels);
        (Tensor sum, Tensor normed) =
            ops.AddNorm(x, draws.Rows(Batch, Length, Channels), draws.Parameter(0, Channels), draws.Narrow);
        return [sum, normed];
    }

    /// <summary>Seeded leaves that every type holds exactly.</summary>
    private sealed class Draws(Device device, ScalarType narrow, ScalarType wide)
    {
        private readonly List<Tensor> leaves = [];
        private long seed;

        public IReadOnlyList<Tensor> Leaves => leaves;

        public ScalarType Narrow => narrow;

        public ScalarType Wide => wide;

        public Tensor Rows(params long[] shape) => Leaf(Numbers(shape), narrow);

        public Tensor Parameter(double offset, params long[] shape) => Leaf(Numbers(shape) + offset, wide);

        /// <summary>
        /// What a result is multiplied by, with numbers of bfloat16, so that its gradient is exact in both types.
        /// </summary>
        public Tensor Slope(Tensor result) => Numbers(result.shape).to(wide).to(device);

        private Tensor Numbers(long[] shape)
        {
            long count = shape.Aggregate(1L, (all, side) => all * side);
            return tensor(TrialTensors.Draw(count, ++seed)).view(shape);
        }

        private Tensor Leaf(Tensor values, ScalarType type)
        {
            leaves.Add(values.to(type).to(device).detach().requires_grad_());
            return leaves[^1];
        }
    }
}
