using Postern.Native;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// What a classifier takes pictures for: the one loop behind every accuracy and every success rate. What is found of a batch
/// stays on its device until the set is through: a card that is read after each batch waits for the processor each time.
/// </summary>
internal static class Predictions
{
    /// <summary>The class with the largest logit for each picture of <paramref name="order"/>.</summary>
    /// <param name="logits">From a loader's batches to [B, classes]; the network is in evaluation mode.</param>
    /// <param name="loader">Reads the pictures.</param>
    /// <param name="order">Indices of samples.</param>
    /// <param name="seed">Seed of the loader's draws.</param>
    /// <param name="pass">Number of the pass, their other key.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="InputException">A picture cannot be read.</exception>
    public static int[] Of(
        Func<Tensor, Tensor> logits, BatchLoader loader, IReadOnlyList<int> order, long seed = 0, int pass = 0,
        CancellationToken cancel = default) =>
        Classes(Each<long>(loader, order, batch => ClassOfEach(logits, batch.Images), seed, pass, cancel));

    /// <summary>
    /// What <paramref name="find"/> makes of the pictures of each batch, [B], in the order of <paramref name="order"/>; without
    /// gradients.
    /// </summary>
    public static T[] Each<T>(
        BatchLoader loader, IReadOnlyList<int> order, Func<Batch, Tensor> find, long seed, int pass, CancellationToken cancel)
        where T : unmanaged
    {
        using IDisposable inference = inference_mode();
        using var found = new FoundValues();
        foreach (Batch batch in loader.Load(order, seed, pass, cancel))
            using (batch) found.Add(() => find(batch));
        return found.Read<T>();
    }

    /// <summary>
    /// The class with the largest logit for each picture, [B]; in parts where a card has no memory for all at once, which changes
    /// nothing as a picture's logits are its own.
    /// </summary>
    public static Tensor ClassOfEach(Func<Tensor, Tensor> logits, Tensor images)
    {
        for (long parts = 1; ; parts *= 2)
        {
            try
            {
                using DisposeScope scope = NewDisposeScope();
                return Within(logits, images, (images.shape[0] + parts - 1) / parts).MoveToOuterDisposeScope();
            }
            catch (Exception e) when (CardMemory.IsFull(e) && parts < images.shape[0])
            {
                // Half as many at a time.
            }
        }
    }

    private static Tensor Within(Func<Tensor, Tensor> logits, Tensor images, long most)
    {
        if (most >= images.shape[0]) return logits(images).argmax(1);
        var classes = new List<Tensor>();
        for (long first = 0; first < images.shape[0]; first += most)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor part = images.narrow(0, first, Math.Min(most, images.shape[0] - first));
            classes.Add(logits(part).argmax(1).MoveToOuterDisposeScope());
        }
        return cat(classes);
    }

    /// <summary>Classes as numbers of ours.</summary>
    public static int[] Classes(long[] found) => Array.ConvertAll(found, label => (int)label);

    /// <summary>The class with the largest logit for each picture of a batch.</summary>
    public static int[] Of(Func<Tensor, Tensor> logits, Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return Classes(ClassOfEach(logits, images).cpu().data<long>().ToArray());
    }

    /// <summary>
    /// Share of the samples <paramref name="order"/>, at least one, that are taken for their true class, 0 to 1.
    /// </summary>
    public static double Accuracy(
        Func<Tensor, Tensor> logits, BatchLoader loader, IReadOnlyList<int> order, CancellationToken cancel = default) =>
        Right(Of(logits, loader, order, cancel: cancel), order, loader.Images.Labels) / (double)order.Count;

    /// <summary>The same for all of the loader's samples.</summary>
    public static double Accuracy(Func<Tensor, Tensor> logits, BatchLoader loader, CancellationToken cancel = default) =>
        Accuracy(logits, loader, [.. Enumerable.Range(0, loader.Images.Count)], cancel);

    /// <summary>How many of <paramref name="predicted"/> are the true class of the sample at the same place of
    /// <paramref name="order"/>.</summary>
    public static int Right(IReadOnlyList<int> predicted, IReadOnlyList<int> order, IReadOnlyList<int> labels) =>
        predicted.Zip(order).Count(p => p.First == labels[p.Second]);
}
