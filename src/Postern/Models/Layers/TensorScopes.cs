using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// Lets go of tensors as soon as the network's own bookkeeping holds what it needs. A step's scope would keep every intermediate
/// result and every gradient until its end: several times the memory, and each of them cold when it is used.
/// </summary>
internal static class TensorScopes
{
    [ThreadStatic]
    private static Tensor[]? returned;

    /// <summary>What <paramref name="part"/> gives, and nothing that it made on the way.</summary>
    public static Tensor Of(Func<Tensor> part)
    {
        using DisposeScope scope = NewDisposeScope();
        return Keep(part(), scope);
    }

    /// <summary>Both results of <paramref name="part"/>, and nothing that it made on the way.</summary>
    public static (Tensor, Tensor) Of(Func<(Tensor, Tensor)> part)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor first, Tensor second) = part();
        return (Keep(first, scope), Keep(second, scope));
    }

    /// <summary>
    /// The gradients of a custom function's backward pass, made by <paramref name="pass"/> without its intermediates. The engine
    /// takes references of its own when backward returns, so they are released when the thread's next backward begins.
    /// </summary>
    public static List<Tensor> OfGradients(Func<Tensor?[]> pass)
    {
        foreach (Tensor earlier in returned ?? []) earlier.Dispose();
        using DisposeScope scope = NewDisposeScope();
        Tensor?[] gradients = pass();
        // By reference: tensors compare their numbers.
        returned = [.. gradients.OfType<Tensor>().Distinct<Tensor>(ReferenceEqualityComparer.Instance)
            .Select(g => Keep(g, scope))];
        return [.. gradients.Select(g => g!)];
    }

    /// <summary>A part may also give back what it was given, which belongs further out already.</summary>
    private static Tensor Keep(Tensor tensor, DisposeScope scope) =>
        scope.Contains(tensor) ? tensor.MoveToOuterDisposeScope() : tensor;
}
