using Postern.Kernels;
using Postern.Native;
using static TorchSharp.torch;

namespace Postern.Training.Input;

/// <summary>A batch that workers write into, picture by picture, straight into the tensor's memory.</summary>
internal sealed class BatchDraft : IDisposable
{
    private readonly int length;
    private readonly long[] labels;
    private readonly ComputeDevice device;
    private BatchMemory.Lease? memory;

    /// <summary>An empty batch for some samples.</summary>
    /// <param name="indices">Which samples, in the batch's order.</param>
    /// <param name="number">Number of the batch in the pass.</param>
    /// <param name="size">Side of the model's input.</param>
    /// <param name="memory">Where the pictures' memory comes from.</param>
    /// <param name="device">Where the finished batch goes.</param>
    public BatchDraft(int[] indices, int number, int size, BatchMemory memory, ComputeDevice device)
    {
        (Indices, Number, length, labels, this.device) = (indices, number, 3 * size * size, new long[indices.Length], device);
        this.memory = memory.Take(indices.Length, size);
    }

    /// <summary>Which samples, in the batch's order.</summary>
    public int[] Indices { get; }

    /// <summary>Number of the batch in the pass.</summary>
    public int Number { get; }

    /// <summary>
    /// The picture at a place of the batch, [3, S, S]. Valid until <see cref="Finish"/> or <see cref="Dispose"/>.
    /// </summary>
    public Span<float> PictureAt(int place) => NativeSpan.Of(memory!.Address + (nint)place * length * sizeof(float), length);

    /// <summary>Sets the label at a place of the batch.</summary>
    public void SetLabel(int place, int label) => labels[place] = label;

    /// <summary>Hands the batch over; the draft holds nothing any more.</summary>
    public Batch Finish()
    {
        Tensor images = device.Send(memory!.Alias()), classes = device.Send(tensor(labels).DetachFromDisposeScope());
        // Pictures that are on their way leave the memory to a later batch.
        BatchMemory.Lease? kept = device.IsCpu ? memory : null;
        if (kept is null) memory.Dispose(device.WhenRead());
        memory = null;
        return new Batch(images, classes, Indices) { Memory = kept };
    }

    /// <summary>Releases a batch that was not finished.</summary>
    public void Dispose() => memory?.Dispose();
}
