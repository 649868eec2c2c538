using System.Collections.Concurrent;
using Postern.Datasets;
using Postern.Kernels;
using Postern.Training.Stages;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// Makes batches on worker threads, ahead of training: decode, edit, augment, normalise. Every draw is a function of
/// (seed, epoch, sample), so the batches do not depend on the number of workers.
/// </summary>
/// <param name="Images">The split to read.</param>
/// <param name="Mean">Per-channel mean of normalisation.</param>
/// <param name="Std">Per-channel standard deviation of normalisation.</param>
/// <param name="InputSize">Side of the model's input.</param>
/// <param name="Augment">How a stored picture becomes an input.</param>
/// <param name="Editor">What changes samples; null for nothing.</param>
/// <param name="BatchSize">Samples in a batch; the last one may be smaller, see <see cref="DropLast"/>.</param>
/// <param name="Workers">Worker threads.</param>
public sealed record BatchLoader(
    ImageSet Images, float[] Mean, float[] Std, int InputSize, Augmentation Augment, ISampleEditor? Editor, int BatchSize, int Workers)
{
    private const int Prefetched = 3;

    /// <summary>Whether samples that do not fill a batch at the end of the order are left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>What is done to every finished picture before normalisation; null for nothing.</summary>
    public IInputProcess? Process { get; init; }

    /// <summary>The order of samples in an epoch.</summary>
    public static int[] ShuffledOrder(int count, long seed, int epoch) => RandomStream.For(seed, "order", epoch).Permutation(count);

    /// <summary>Batches per pass over <paramref name="samples"/> samples.</summary>
    public int Steps(int samples) => DropLast ? samples / BatchSize : (samples + BatchSize - 1) / BatchSize;

    /// <summary>How many of <paramref name="samples"/> samples come in a pass.</summary>
    public int Kept(int samples) => DropLast ? samples / BatchSize * BatchSize : samples;

    /// <summary>The batches of <paramref name="order"/>; the caller disposes each.</summary>
    /// <param name="order">Indices of samples.</param>
    /// <param name="seed">Seed of the augmentation.</param>
    /// <param name="epoch">Epoch, the augmentation's other key.</param>
    /// <param name="cancel">Stops the workers and the enumeration.</param>
    /// <exception cref="InputException">A picture cannot be read.</exception>
    public IEnumerable<Batch> Load(IReadOnlyList<int> order, long seed, int epoch, CancellationToken cancel = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var ready = new BlockingCollection<(float[] Pixels, long[] Labels, int[] Indices)>(Prefetched);
        Task producer = Task.Run(() => Produce(order, seed, epoch, ready, stop.Token), CancellationToken.None);
        try
        {
            foreach ((float[] pixels, long[] labels, int[] indices) in ready.GetConsumingEnumerable(cancel))
            {
                using var scope = NewDisposeScope();
                yield return new Batch(
                    tensor(pixels, [indices.Length, 3, InputSize, InputSize]).DetachFromDisposeScope(),
                    tensor(labels).DetachFromDisposeScope(), indices);
            }
            producer.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            while (ready.TryTake(out _)) { }
            try
            {
                producer.Wait(CancellationToken.None);
            }
            catch (AggregateException)
            {
                // Its failure has been rethrown above; here the enumeration only ends.
            }
        }
    }

    private void Produce(IReadOnlyList<int> order, long seed, int epoch,
        BlockingCollection<(float[], long[], int[])> ready, CancellationToken stop)
    {
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Workers), CancellationToken = stop };
            int length = 3 * InputSize * InputSize;
            int kept = Kept(order.Count);
            for (int start = 0; start < kept; start += BatchSize)
            {
                int batch = start / BatchSize;
                int[] indices = [.. Enumerable.Range(start, Math.Min(BatchSize, kept - start)).Select(i => order[i])];
                float[] pixels = new float[indices.Length * length];
                long[] labels = new long[indices.Length];
                Parallel.For(0, indices.Length, parallel, () => new Scratch(Images.Size), (i, _, scratch) =>
                {
                    WriteSample(new SamplePlace(seed, epoch, batch, indices[i]), pixels.AsSpan(i * length, length), scratch);
                    labels[i] = Editor?.LabelOf(indices[i], Images.Labels[indices[i]]) ?? Images.Labels[indices[i]];
                    return scratch;
                }, _ => { });
                ready.Add((pixels, labels, indices), stop);
            }
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<InputException>().FirstOrDefault() is InputException input)
        {
            throw input;
        }
        finally
        {
            ready.CompleteAdding();
        }
    }

    /// <summary>Writes one finished sample, [3, InputSize, InputSize].</summary>
    private void WriteSample(in SamplePlace place, Span<float> target, Scratch scratch)
    {
        int index = place.Index;
        Images.Read(index, scratch.Bytes);
        for (int i = 0; i < scratch.Bytes.Length; i++) scratch.Pixels[i] = scratch.Bytes[i] / 255f;
        bool edits = Editor?.Edits(index) ?? false;
        if (edits) Editor!.EditStored(index, scratch.Pixels, Images.Size);
        RandomStream stream = RandomStream.For(place.Seed, "augment", place.Epoch, index);
        Augment.Geometry(scratch.Pixels, Images.Size, target, InputSize, ref stream, scratch.Stages);
        if (edits) Editor!.EditInput(index, target, InputSize);
        Run(Augment.Color, "colour", place, target, scratch);
        Process?.Apply(target, InputSize, place);
        int plane = InputSize * InputSize;
        for (int channel = 0; channel < 3; channel++)
        {
            float mean = Mean[channel], scale = 1f / Std[channel];
            foreach (ref float value in target.Slice(channel * plane, plane)) value = (value - mean) * scale;
        }
        Run(Augment.Erasing, "erasing", place, target, scratch);
    }

    // A stream for each stage, so that leaving one out moves no draw of another.
    private void Run(PictureStage? stage, string purpose, in SamplePlace place, Span<float> target, Scratch scratch)
    {
        if (stage is null) return;
        RandomStream stream = RandomStream.For(place.Seed, purpose, place.Epoch, place.Index);
        stage(target, InputSize, ref stream, scratch.Stages);
    }

    private sealed class Scratch(int size)
    {
        public byte[] Bytes { get; } = new byte[3 * size * size];

        public float[] Pixels { get; } = new float[3 * size * size];

        public StageScratch Stages { get; } = new();
    }
}
