namespace Postern.Training.Input;

/// <summary>
/// Makes the batches of a pass without an transform and of one with it from one reading of the pictures: each picture is finished
/// twice, into the batches where the two passes have it. See <see cref="BatchLoader.LoadBoth"/>.
/// </summary>
/// <param name="loader">Says how.</param>
/// <param name="order">Samples of the first pass.</param>
/// <param name="edited">Samples of the second pass: some of <paramref name="order"/>, in the same order.</param>
/// <param name="seed">Seed of the draws.</param>
/// <param name="epoch">Number of the pass.</param>
internal sealed class PairedPasses(
    BatchLoader loader, IReadOnlyList<int> order, IReadOnlyList<int> edited, long seed, int epoch) : IDisposable
{
    private readonly SampleWriter writer = new(loader);
    private readonly BatchMemory memory = new(loader.Device);
    // Batches of the second pass that have not been handed out; only the last can have free places.
    private readonly Queue<BatchDraft> open = [];
    private readonly int count = loader.Kept(edited.Count);
    private int placed, room;

    /// <summary>Hands out all batches, each pass's in its order.</summary>
    public void Produce(Action<PassBatch> hand, CancellationToken stop)
    {
        for (int start = 0; start < loader.Kept(order.Count); start += loader.BatchSize)
        {
            using BatchDraft draft = loader.Draft(order, start, memory);
            (BatchDraft? Draft, int At)[] second = Array.ConvertAll(draft.Indices, Place);
            writer.ForEach(draft.Indices.Length, stop, (i, buffers) => Write(draft, i, second[i].Draft, second[i].At, buffers));
            hand(new PassBatch(draft.Finish(), Transformed: false));
            bool full = placed == room || placed == count;
            while (open.Count > (full ? 0 : 1)) hand(new PassBatch(open.Dequeue().Finish(), Transformed: true));
        }
    }

    /// <summary>Releases the batches that were not handed out.</summary>
    public void Dispose()
    {
        foreach (BatchDraft draft in open) draft.Dispose();
        memory.Dispose();
    }

    /// <summary>The place of the next sample of the first pass in the second one; no draft where it is not in there.</summary>
    private (BatchDraft? Draft, int At) Place(int index)
    {
        if (placed == count || edited[placed] != index) return (null, 0);
        if (placed == room)
        {
            open.Enqueue(loader.Draft(edited, room, memory));
            room += loader.BatchSize;
        }
        return (open.Last(), placed++ % loader.BatchSize);
    }

    private void Write(BatchDraft first, int at, BatchDraft? second, int atSecond, SampleWriter.Buffers buffers)
    {
        int index = first.Indices[at];
        var place = new SamplePlace(seed, epoch, first.Number, index);
        ISampleTransform? transform = second is null ? null : loader.TransformOf(index);
        writer.Read(place, whole: transform is not null, buffers);
        writer.Finish(place, null, first.PictureAt(at), buffers);
        first.SetLabel(at, loader.Images.Labels[index]);
        if (second is null) return;
        writer.Finish(place with { Batch = second.Number }, transform, second.PictureAt(atSecond), buffers);
        second.SetLabel(atSecond, loader.LabelOf(index));
    }
}
