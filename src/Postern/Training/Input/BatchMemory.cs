using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training.Input;

/// <summary>
/// The memory of a pass's batches, used again for the next ones once a batch is released. Memory of this size is mapped anew for
/// each tensor otherwise, and to have the kernel clear it page by page takes as long as to resize the pictures. Safe from several
/// threads.
/// </summary>
internal sealed class BatchMemory : IDisposable
{
    private readonly Stack<Tensor> spare = [];
    private bool closed;

    /// <summary>Memory for a number of pictures; the caller disposes it, when the pass is over or before.</summary>
    /// <param name="count">B.</param>
    /// <param name="size">Side of the pictures.</param>
    public Lease Take(int count, int size)
    {
        long[] shape = [count, 3, size, size];
        lock (spare)
        {
            while (spare.TryPop(out Tensor? tensor))
            {
                if (tensor.shape.SequenceEqual(shape)) return new Lease(this, tensor);
                tensor.Dispose();
            }
        }
        return new Lease(this, empty(shape, ScalarType.Float32).DetachFromDisposeScope());
    }

    /// <summary>Releases what nobody has; what a batch still has is released with it.</summary>
    public void Dispose()
    {
        lock (spare)
        {
            closed = true;
            while (spare.TryPop(out Tensor? tensor)) tensor.Dispose();
        }
    }

    private void Return(Tensor tensor)
    {
        lock (spare)
        {
            if (closed) tensor.Dispose();
            else spare.Push(tensor);
        }
    }

    /// <summary>Memory that is somebody's until it is disposed; once more does nothing.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly BatchMemory owner;
        private Tensor? tensor;

        /// <summary>Of <paramref name="tensor"/>, which goes back to <paramref name="owner"/>.</summary>
        public Lease(BatchMemory owner, Tensor tensor)
        {
            (this.owner, this.tensor) = (owner, tensor);
            // A storage holds a second tensor of the same memory, which nothing but a scope releases before the collector comes.
            using DisposeScope scope = NewDisposeScope();
            Address = tensor.storage<float>().data_ptr();
        }

        /// <summary>The first value of the first picture.</summary>
        public nint Address { get; }

        /// <summary>
        /// A tensor of the memory, [B, 3, S, S], that belongs to the caller. Later batches write to the same memory, so no view
        /// of it may outlive the lease.
        /// </summary>
        public Tensor Alias() => tensor!.alias().DetachFromDisposeScope();

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref tensor, null) is Tensor held) owner.Return(held);
        }
    }
}
