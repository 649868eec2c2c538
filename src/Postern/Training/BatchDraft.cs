using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>A batch that workers write into, picture by picture, straight into the tensor's memory.</summary>
internal sealed class BatchDraft : IDisposable
{
    private readonly int length;
    private readonly long[] labels;
    private readonly nint address;
    private Tensor? images;

    /// <summary>An empty batch for some samples.</summary>
    /// <param name="indices">Which samples, in the batch's order.</param>
    /// <param name="number">Number of the batch in the pass.</param>
    /// <param name="size">Side of the model's input.</param>
    public BatchDraft(int[] indices, int number, int size)
    {
        (Indices, Number, length, labels) = (indices, number, 3 * size * size, new long[indices.Length]);
        images = empty([indices.Length, 3, size, size], ScalarType.Float32).DetachFromDisposeScope();
        // A storage holds a second tensor of the same memory, which nothing but a scope releases before the collector comes.
        using DisposeScope scope = NewDisposeScope();
        address = images.storage<float>().data_ptr();
    }

    /// <summary>Which samples, in the batch's order.</summary>
    public int[] Indices { get; }

    /// <summary>Number of the batch in the pass.</summary>
    public int Number { get; }

    /// <summary>The picture at a place of the batch, [3, S, S]. Valid until <see cref="Finish"/> or <see cref="Dispose"/>.</summary>
    public Span<float> PictureAt(int place) => NativeSpan.Of(address + (nint)place * length * sizeof(float), length);

    /// <summary>Sets the label at a place of the batch.</summary>
    public void SetLabel(int place, int label) => labels[place] = label;

    /// <summary>Hands the batch over; the draft holds nothing any more.</summary>
    public Batch Finish()
    {
        var batch = new Batch(images!, tensor(labels).DetachFromDisposeScope(), Indices);
        images = null;
        return batch;
    }

    /// <summary>Releases a batch that was not finished.</summary>
    public void Dispose() => images?.Dispose();
}
