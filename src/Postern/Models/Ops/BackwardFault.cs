using System.Runtime.InteropServices;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// What went wrong in a custom function's backward pass, where an exception would end the process without a word: it is kept, the
/// gradients are zeros, and whoever comes next throws it, before anything is made of them.
/// </summary>
internal static class BackwardFault
{
    private static InputException? kept;

    /// <summary>Throws what an earlier backward pass could not.</summary>
    /// <exception cref="InputException">The driver or libtorch has answered there with an error.</exception>
    public static void ThrowEarlier()
    {
        if (Interlocked.Exchange(ref kept, null) is InputException fault) throw fault;
    }

    /// <summary>The gradients that <paramref name="pass"/> gives; zeros where it fails, or another has.</summary>
    /// <param name="likes">What the gradients are of, in the order of <paramref name="pass"/>; null for none.</param>
    /// <param name="pass">Computes them.</param>
    public static List<Tensor> Gradients(IReadOnlyList<Tensor?> likes, Func<Tensor?[]> pass)
    {
        try
        {
            if (Volatile.Read(ref kept) is null) return TensorScopes.OfGradients(pass);
        }
        catch (Exception e) when (e is InputException or ExternalException)
        {
            Volatile.Write(ref kept, e as InputException ?? new InputException("CUDA device", e.Message.Split('\n')[0], e));
        }
        return TensorScopes.OfGradients(() => [.. likes.Select(like => like is null ? null : zeros_like(like))]);
    }
}
