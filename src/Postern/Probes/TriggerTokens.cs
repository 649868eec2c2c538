using Postern.Attacks;
using Postern.Evaluation;
using Postern.Kernels;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Which tokens of a network a trigger is in: those of patches that it changes in at least half of the pictures looked at.
/// </summary>
/// <param name="Tokens">The tokens, ascending, in the sequence with the class token.</param>
/// <param name="ClassToken">Where that one stands.</param>
/// <param name="Count">L, all tokens.</param>
public sealed record TriggerTokens(IReadOnlyList<int> Tokens, int ClassToken, int Count)
{
    private const int Pictures = 16;
    private const double Least = 0.5;

    /// <summary>Whether it is in some patches and not in most of them.</summary>
    public bool IsLocal => Tokens.Count > 0 && 2 * Tokens.Count < Count;

    /// <summary>Where it is, in words.</summary>
    public string Place => !IsLocal ? "the trigger is in no patch alone: nothing is cut at its tokens"
        : FormattableString.Invariant(
            $"the trigger is in the tokens {string.Join(", ", Tokens)}; the class token is {ClassToken}");

    /// <summary>Which of some tokens is nearest to the class token.</summary>
    internal int Nearest(IReadOnlyList<int> tokens) => tokens.MinBy(t => Math.Abs(t - ClassToken));

    /// <summary>
    /// As many tokens, none of them the trigger's, to compare with: those as far from the class token on its other side, and,
    /// where one of these is missing or the trigger's own, one that is drawn.
    /// </summary>
    public IReadOnlyList<int> Elsewhere()
    {
        HashSet<int> free = [.. Enumerable.Range(0, Count).Where(t => t != ClassToken && !Tokens.Contains(t))], taken = [];
        int[] drawn = RandomStream.For(0, "tokens to compare with").Permutation(Count);
        foreach (int token in Tokens)
            if (free.Contains(2 * ClassToken - token)) taken.Add(2 * ClassToken - token);
        foreach (int token in drawn.Where(t => free.Contains(t)))
            if (taken.Count < Tokens.Count) taken.Add(token);
        return [.. taken.Order()];
    }

    /// <summary>Looks for the trigger of <paramref name="attack"/> in the test pictures.</summary>
    /// <param name="evaluator">Has the pictures.</param>
    /// <param name="attack">The attack; one that carries its own pictures has no clean ones to compare with, and gives no
    /// tokens.</param>
    /// <param name="grid">How the network cuts them into patches.</param>
    public static TriggerTokens Of(Evaluator evaluator, Attack attack, PatchGrid grid) => new(
        [.. Patches(evaluator, attack, grid.PatchSize, grid.Stride).Select(grid.TokenOf)], grid.ClassToken, grid.Tokens);

    /// <summary>The patches that the trigger is in, ascending; none for an attack that carries its own pictures.</summary>
    /// <param name="evaluator">Has the pictures.</param>
    /// <param name="attack">The attack.</param>
    /// <param name="patchSize">Side of a patch in pixels.</param>
    /// <param name="stride">Distance between patches in pixels.</param>
    public static IReadOnlyList<int> Patches(Evaluator evaluator, Attack attack, int patchSize, int stride)
    {
        if (attack.TriggeredPictures is not null) return [];
        IReadOnlyList<int> order = evaluator.Order(attack, Pictures);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor moved = (Inputs(attack) - Inputs(null)).abs().amax([1L], keepdim: true);                         // [B, 1, S, S]
        Tensor shares = nn.functional.max_pool2d(moved, patchSize, stride).gt(0).to(float32).mean([0L]);
        float[] changed = shares.flatten().data<float>().ToArray();
        return [.. Enumerable.Range(0, changed.Length).Where(i => changed[i] >= Least)];

        Tensor Inputs(Attack? planted) =>
            cat([.. evaluator.Stream((planted, order)).Pixels(pass: 0).Select(batch => batch.cpu().clone())], 0);
    }
}
