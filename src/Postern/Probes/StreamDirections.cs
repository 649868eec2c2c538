using Postern.Kernels;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// The mean way that a trigger moves what the classifier would read behind each block, and as long a way at random to compare
/// with.
/// </summary>
/// <param name="Trigger">r of each block, [C].</param>
/// <param name="Random">The other one, [C].</param>
/// <param name="Lengths">|r| as a share of the mean length of what is read of clean pictures.</param>
internal sealed record StreamDirections(
    IReadOnlyList<Tensor> Trigger, IReadOnlyList<Tensor> Random, IReadOnlyList<double> Lengths)
{
    /// <summary>Finds them in some pictures.</summary>
    public static StreamDirections Of(Backbone model, BlockStream stream,
        IEnumerable<(Tensor Clean, Tensor Triggered, int[] Labels)> pictures, Action<double> progress)
    {
        Tensor?[] ways = new Tensor?[stream.Count];
        double[] lengths = new double[stream.Count];
        int count = 0;
        foreach ((Tensor clean, Tensor triggered, int[] labels) in pictures)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor[] without, Tensor[] with) = (ReadIn(clean), ReadIn(triggered));
            for (int block = 0; block < stream.Count; block++)
            {
                Tensor way = (with[block] - without[block]).sum([0L]);
                ways[block] = (ways[block] is { } sum ? sum + way : way).MoveToOuterDisposeScope();
                lengths[block] += without[block].norm(1).sum().ToDouble();
            }
            count += labels.Length;
        }
        progress(1);
        Tensor[] mean = [.. ways.Select(way => way! / Math.Max(1, count))];
        return new StreamDirections(mean, [.. mean.Select(AtRandom)],
            [.. mean.Select((way, block) => way.norm().ToDouble() * count / lengths[block])]);

        Tensor[] ReadIn(Tensor batch)
        {
            using DisposeScope pass = NewDisposeScope();
            var read = new Tensor[stream.Count];
            using IDisposable watching = stream.Watch((block, places) => read[block] = stream.Read(places));
            model.forward(batch);
            return Array.ConvertAll(read, r => r.MoveToOuterDisposeScope());
        }
    }

    /// <summary>Another direction of the same length, the same in every run.</summary>
    private static Tensor AtRandom(Tensor way, int block)
    {
        RandomStream draws = RandomStream.For(0, "direction to compare with", block);
        float[] values = new float[way.numel()];
        for (int i = 0; i < values.Length; i++) values[i] = (float)draws.NextNormal();
        Tensor other = tensor(values, device: way.device);
        return other / other.norm() * way.norm();
    }
}
