using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>What is found of batch after batch, on the device where it was found, until all of it is read at once.</summary>
internal sealed class FoundValues : IDisposable
{
    private readonly List<Tensor> parts = [];

    /// <summary>Adds what <paramref name="find"/> gives, [B], and lets go of what it made on the way.</summary>
    public void Add(Func<Tensor> find)
    {
        using DisposeScope scope = NewDisposeScope();
        parts.Add(find().DetachFromDisposeScope());
    }

    /// <summary>All values, in the order of their coming.</summary>
    public T[] Read<T>() where T : unmanaged
    {
        using DisposeScope scope = NewDisposeScope();
        return parts.Count == 0 ? [] : cat(parts).cpu().data<T>().ToArray();
    }

    /// <summary>Lets go of them.</summary>
    public void Dispose()
    {
        foreach (Tensor part in parts) part.Dispose();
    }
}
