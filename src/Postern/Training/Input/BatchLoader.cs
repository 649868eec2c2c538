using Postern.Datasets;
using Postern.Kernels;
using Postern.Native;

namespace Postern.Training.Input;

/// <summary>
/// Makes batches on worker threads, ahead of training: decode, edit, augment, normalise. Every draw is a function of
/// (seed, epoch, sample), so the batches do not depend on the number of workers.
/// </summary>
/// <param name="Images">The split to read.</param>
/// <param name="Mean">Per-channel mean of normalisation.</param>
/// <param name="Std">Per-channel standard deviation of normalisation.</param>
/// <param name="InputSize">Side of the model's input.</param>
/// <param name="Augment">How a stored picture becomes an input.</param>
/// <param name="Transform">What changes samples; null for nothing.</param>
/// <param name="BatchSize">Samples in a batch; the last one may be smaller, see <see cref="DropLast"/>.</param>
/// <param name="Workers">Worker threads.</param>
public sealed record BatchLoader(
    ImageSet Images, float[] Mean, float[] Std, int InputSize, Augmentation Augment, ISampleTransform? Transform,
    int BatchSize, int Workers)
{
    /// <summary>Whether samples that do not fill a batch at the end of the order are left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>What is done to every finished picture before normalisation; null for nothing.</summary>
    public IInputTransform? InputTransform { get; init; }

    /// <summary>Where finished batches go.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Cpu;

    /// <summary>How often each picture of a training epoch comes in it: <see cref="RepeatedAugmentation"/>.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>How many pictures a training epoch shows, before <see cref="DropLast"/>.</summary>
    public int EpochLength => RepeatedAugmentation.Showings(Images.Count, Repeats);

    /// <summary>The order of a training epoch over all of <see cref="Images"/>.</summary>
    public int[] EpochOrder(long seed, int epoch) =>
        RepeatedAugmentation.Order(ShuffledOrder(Images.Count, seed, epoch), Repeats);

    /// <summary>The order of samples in an epoch.</summary>
    public static int[] ShuffledOrder(int count, long seed, int epoch) =>
        RandomStream.For(seed, "order", epoch).Permutation(count);

    /// <summary>Batches per pass over <paramref name="samples"/> samples.</summary>
    public int Steps(int samples) => DropLast ? samples / BatchSize : (samples + BatchSize - 1) / BatchSize;

    /// <summary>How many of <paramref name="samples"/> samples come in a pass.</summary>
    public int Kept(int samples) => DropLast ? samples / BatchSize * BatchSize : samples;

    /// <summary>The batches of <paramref name="order"/>; the caller disposes each.</summary>
    /// <param name="order">Indices of samples.</param>
    /// <param name="seed">Seed of the augmentation.</param>
    /// <param name="epoch">Epoch, the augmentation's other key.</param>
    /// <param name="cancel">Stops the workers and the enumeration.</param>
    /// <param name="from">The first batch; those before it are passed over.</param>
    /// <exception cref="InputException">A picture cannot be read.</exception>
    public IEnumerable<Batch> Load(
        IReadOnlyList<int> order, long seed, int epoch, CancellationToken cancel = default, int from = 0) =>
        Prefetch.Of<Batch>((hand, stop) =>
        {
            var writer = new SampleWriter(this);
            using var memory = new BatchMemory(Device);
            for (int start = from * BatchSize; start < Kept(order.Count); start += BatchSize)
            {
                using BatchDraft draft = Draft(order, start, memory);
                writer.ForEach(draft.Indices.Length, stop, (i, buffers) =>
                {
                    int index = draft.Indices[i];
                    int showing = (draft.Number * BatchSize + i) % Repeats;
                    var place = new SamplePlace(seed, epoch, draft.Number, index) { Showing = showing };
                    ISampleTransform? transform = TransformOf(index);
                    writer.Read(place, whole: transform is not null, buffers);
                    writer.Finish(place, transform, draft.PictureAt(i), buffers);
                    draft.SetLabel(i, LabelOf(index));
                });
                hand(draft.Finish());
            }
        }, cancel);

    /// <summary>
    /// Two passes at once: the batches of all samples without the transform, and between them those of some samples with it. Each
    /// picture is read once; both passes have the batches that <see cref="Load"/> would give them, to the bit.
    /// </summary>
    /// <param name="order">Indices of samples.</param>
    /// <param name="edited">Indices of the second pass: some of <paramref name="order"/>, in the same order.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="epoch">Number of the pass.</param>
    /// <param name="cancel">Stops the workers and the enumeration.</param>
    /// <exception cref="InputException">A picture cannot be read.</exception>
    public IEnumerable<PassBatch> LoadBoth(
        IReadOnlyList<int> order, IReadOnlyList<int> edited, long seed, int epoch, CancellationToken cancel = default) =>
        Prefetch.Of<PassBatch>((hand, stop) =>
        {
            using var passes = new PairedPasses(this, order, edited, seed, epoch);
            passes.Produce(hand, stop);
        }, cancel);

    /// <summary>An empty batch of <paramref name="order"/> from the sample at <paramref name="start"/> on.</summary>
    internal BatchDraft Draft(IReadOnlyList<int> order, int start, BatchMemory memory)
    {
        int[] indices = new int[Math.Min(BatchSize, Kept(order.Count) - start)];
        for (int i = 0; i < indices.Length; i++) indices[i] = order[start + i];
        return new BatchDraft(indices, start / BatchSize, InputSize, memory, Device);
    }

    /// <summary>The transform where it changes a sample at all.</summary>
    internal ISampleTransform? TransformOf(int index) => Transform is not null && Transform.Changes(index) ? Transform : null;

    /// <summary>The label that a sample has once it is edited.</summary>
    internal int LabelOf(int index) => Transform?.LabelOf(index, Images.Labels[index]) ?? Images.Labels[index];
}
