using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native;

/// <summary>
/// Lets MKL choose its code for each vector function, of which libtorch has such as exp and sqrt, before any of them is used.
/// </summary>
/// <remarks>
/// MKL 2024.2, inside libtorch 2.10, chooses when a function is first called. Where several threads do that at once, one of them
/// may run the code of the lowest accuracy (errors of 4,000 units in the last place) over all of its share, that one time: what
/// a process computes first would differ from what it computes later, and from what other processes do.
/// </remarks>
internal static class VectorMath
{
    /// <summary>Those that libtorch 2.10 takes from MKL.</summary>
    internal static readonly Func<Tensor, Tensor>[] Functions =
    [
        x => x.acos(), x => x.asin(), x => x.atan(), x => x.cos(), x => x.erf(), x => x.erfc(), x => x.erfinv(), x => x.exp(),
        x => x.log(), x => x.log10(), x => x.log2(), x => x.sin(), x => x.sqrt(), x => x.tan(), x => x.tanh(), x => x.trunc(),
    ];

    private static readonly Lazy<bool> Chosen = new(() =>
    {
        using IDisposable still = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            Tensor one = zeros(1, type, CPU);
            foreach (Func<Tensor, Tensor> function in Functions) function(one);
        }
        return true;
    });

    /// <summary>Calls each function once, on one thread, the first time; other threads wait until that has been done.</summary>
    public static void Choose() => _ = Chosen.Value;
}
