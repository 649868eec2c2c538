using Postern.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training.Input;

/// <summary>
/// The memory of a pass's batches, used again for the next ones once a batch is released. Memory of this size is mapped anew for
/// each tensor otherwise, and to have the kernel clear it page by page takes as long as to resize the pictures. A card may still
/// be reading what was given back; such memory is waited for, after others had their turn. Safe from several threads.
/// </summary>
/// <param name="device">Where the batches go.</param>
internal sealed class BatchMemory(ComputeDevice device) : IDisposable
{
    // So many copies to a card may be under way before the first of them is waited for.
    private const int UnderWay = 3;

    private readonly List<(Tensor Memory, Action? Wait)> spare = [];
    private bool closed;

    /// <summary>Memory for a number of pictures; the caller disposes it, when the pass is over or before.</summary>
    /// <param name="count">B.</param>
    /// <param name="size">Side of the pictures.</param>
    public Lease Take(int count, int size)
    {
        long[] shape = [count, 3, size, size];
        while (TakeSpare() is (Tensor tensor, var wait))
        {
            wait?.Invoke();
            if (tensor.shape.SequenceEqual(shape)) return new Lease(this, tensor);
            tensor.Dispose();
        }
        return new Lease(this, device.Staging(shape));
    }

    /// <summary>
    /// Of the processor the last, which its caches may still hold; of another device the one that was sent first.
    /// </summary>
    private (Tensor Memory, Action? Wait)? TakeSpare()
    {
        lock (spare)
        {
            if (spare.Count <= (device.IsCpu ? 0 : UnderWay - 1)) return null;
            int at = device.IsCpu ? spare.Count - 1 : 0;
            (Tensor, Action?) taken = spare[at];
            spare.RemoveAt(at);
            return taken;
        }
    }

    /// <summary>Releases what nobody has; what a batch still has is released with it.</summary>
    public void Dispose()
    {
        lock (spare)
        {
            closed = true;
            foreach ((Tensor tensor, Action? wait) in spare) Release(tensor, wait);
            spare.Clear();
        }
    }

    private void Return(Tensor tensor, Action? wait)
    {
        lock (spare)
        {
            if (closed) Release(tensor, wait);
            else spare.Add((tensor, wait));
        }
    }

    private static void Release(Tensor tensor, Action? wait)
    {
        wait?.Invoke();
        tensor.Dispose();
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
        public void Dispose() => Dispose(wait: null);

        /// <summary>Gives it back while it is being read.</summary>
        /// <param name="wait">Waits until it has been read; null where it has.</param>
        public void Dispose(Action? wait)
        {
            if (Interlocked.Exchange(ref tensor, null) is Tensor held) owner.Return(held, wait);
        }
    }
}
