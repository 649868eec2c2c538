using System.Globalization;
using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// What each state inside a Vim's mixers adds to a class's logit, to first order: the state times the logit's gradient at it.
/// </summary>
/// <remarks>
/// The states are <c>x</c> and the gate <c>z</c>, of both directions, and of each direction what its convolution makes of x,
/// <c>c</c>, and its gated output <c>y</c>. The scan's output before the gate has the same products as y, since the gate only
/// scales it.
/// </remarks>
internal static class StateProducts
{
    private static readonly (string State, string Tap, int Half)[] Taps =
    [
        ("x", "xz", 0), ("z", "xz", 1), ("c-forward", "fwd.conv", 0), ("c-backward", "bwd.conv", 0),
        ("y-forward", "fwd.y_gated", 0), ("y-backward", "bwd.y_gated", 0),
    ];

    /// <summary>The states.</summary>
    public static IReadOnlyList<string> States { get; } = [.. Taps.Select(t => t.State)];

    /// <summary>The products of each block and state, [B, L, E] in the order of tokens, and the logits, [B, classes].</summary>
    /// <param name="model">The Vim.</param>
    /// <param name="pictures">[B, 3, S, S], normalised.</param>
    /// <param name="classes">The class of each picture whose logit it is.</param>
    public static (IReadOnlyDictionary<(int Block, string State), Tensor> Products, Tensor Logits) Of(
        Vim model, Tensor pictures, IReadOnlyList<int> classes)
    {
        using IDisposable gradients = enable_grad();
        // Clones stand in the way from the state to the logits, where what is merely looked at would not.
        var seen = new Dictionary<string, Tensor>();
        using IDisposable tap = model.Taps.Replace(
            name => Taps.Any(t => IsOf(t.Tap, name)), (name, value) => seen[name] = value.clone());
        Tensor logits = model.forward(pictures);
        Tensor sum = logits.gather(1, classes.Index(logits).unsqueeze(1)).sum();
        string[] names = [.. seen.Keys];
        Tensor[] at = [.. autograd.grad([sum], [.. names.Select(n => seen[n])])];
        var products = new Dictionary<(int, string), Tensor>();
        foreach ((string name, Tensor gradient) in names.Zip(at))
        {
            int block = int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture);
            Tensor product = (gradient * seen[name].detach()).transpose(1, 2);                                // [B, L, E or 2 E]
            foreach ((string state, string part, int half) in Taps.Where(t => IsOf(t.Tap, name)))
            {
                Tensor own = part == "xz" ? product.chunk(2, 2)[half] : product;
                products[(block, state)] = part.StartsWith("bwd", StringComparison.Ordinal) ? own.flip(1) : own;
            }
        }
        return (products, logits.detach());

        static bool IsOf(string part, string name) => name.EndsWith($".mixer.{part}", StringComparison.Ordinal);
    }
}
