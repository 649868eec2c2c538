using Postern.Kernels;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences;

/// <summary>Some clean pictures in memory, for defences that go through the same ones many times.</summary>
/// <param name="Pixels">[n, 3, S, S], in [0, 1].</param>
/// <param name="Labels">[n], true classes, int64.</param>
internal sealed record PixelPool(Tensor Pixels, Tensor Labels) : IDisposable
{
    /// <summary>Pictures of <paramref name="loader"/>, drawn without replacement.</summary>
    /// <param name="loader">Those that the defender holds.</param>
    /// <param name="count">How many at most; 0 for all.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="cancel">Stops it.</param>
    public static PixelPool Of(BatchLoader loader, int count, long seed, CancellationToken cancel)
    {
        int all = loader.Images.Count;
        int[] drawn = RandomStream.For(seed, "pixel-pool").Permutation(all);
        int[] order = count == 0 || count >= all ? [.. Enumerable.Range(0, all)] : [.. drawn.Take(count).Order()];
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> pixels = [], labels = [];
        foreach (Batch batch in InPixels(loader).Load(order, seed, epoch: 0, cancel))
        {
            // The loader writes its next batches to the same memory.
            pixels.Add(batch.Images.clone());
            labels.Add(batch.Labels.clone());
            batch.Dispose();
        }
        return new PixelPool(cat(pixels).MoveToOuterDisposeScope(), cat(labels).MoveToOuterDisposeScope());
    }

    /// <summary>The loader with pictures as they are, in [0, 1].</summary>
    public static BatchLoader InPixels(BatchLoader loader) => loader with { Mean = [0, 0, 0], Std = [1, 1, 1] };

    /// <summary>How many pictures.</summary>
    public int Count => (int)Labels.shape[0];

    /// <summary>Some of them, by their place; the caller disposes the tensors.</summary>
    public (Tensor Pixels, Tensor Labels) Take(IReadOnlyList<int> places)
    {
        using Tensor index = tensor([.. places.Select(p => (long)p)], device: Pixels.device);
        return (Pixels.index_select(0, index), Labels.index_select(0, index));
    }

    /// <summary>Their places in batches, in an order that (seed, epoch) decides.</summary>
    public IEnumerable<int[]> Shuffled(int batchSize, long seed, int epoch) =>
        BatchLoader.ShuffledOrder(Count, seed, epoch).Chunk(batchSize);

    /// <summary>Releases both tensors.</summary>
    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }
}
