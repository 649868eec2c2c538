using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>The ball that a perturbation stays in.</summary>
public enum PgdNorm
{
    /// <summary>Every value within epsilon; a step follows the gradient's sign.</summary>
    LInf,
    /// <summary>
    /// A picture's Euclidean distance, over all channels, within epsilon; a step follows the gradient at unit length.
    /// </summary>
    L2,
}

/// <summary>
/// Projected gradient descent (Madry et al. 2018; <c>docs/reference/attacks.md 2.6</c>), untargeted: it raises the cross-entropy
/// of the true label and stays in the ball around the clean picture and in [0, 1]. Each picture is perturbed on its own, so a
/// batch is only a matter of speed as long as the network is in evaluation mode.
/// </summary>
/// <param name="Norm">The ball's norm.</param>
/// <param name="Epsilon">Its radius, for pictures in [0, 1].</param>
/// <param name="StepSize">Length of a step, in the same unit.</param>
/// <param name="Steps">How many steps.</param>
public sealed record Pgd(PgdNorm Norm, double Epsilon, double StepSize, int Steps)
{
    // Keeps a picture without gradient, or without perturbation, from being divided by zero.
    private const double Guard = 1e-12;

    /// <summary>Perturbs a batch. The network's own gradients stay as they are.</summary>
    /// <param name="x">Clean pictures, [B, 3, S, S], [0, 1].</param>
    /// <param name="labels">True classes, [B], int64.</param>
    /// <param name="logits">From pictures in [0, 1] to [B, classes]; normalisation belongs inside.</param>
    /// <param name="start">Where to begin, as <see cref="RandomStart"/> gives it; null for the clean pictures.</param>
    /// <returns>[B, 3, S, S], [0, 1]; the caller disposes it.</returns>
    public Tensor Perturb(Tensor x, Tensor labels, Func<Tensor, Tensor> logits, Tensor? start = null)
    {
        Tensor a;
        using (NewDisposeScope()) a = (start is null ? x : Inside(x, x + start.to(x.device))).detach().MoveToOuterDisposeScope();
        for (int i = 0; i < Steps; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor variable = a.clone().requires_grad_();
            Tensor loss = nn.functional.cross_entropy(logits(variable), labels, reduction: nn.Reduction.Sum);
            Tensor gradient = autograd.grad([loss], [variable])[0];
            using var noGrad = no_grad();
            Tensor next = Inside(x, a + StepSize * Direction(gradient)).MoveToOuterDisposeScope();
            a.Dispose();
            a = next;
        }
        return a;
    }

    /// <summary>
    /// Random points of the ball, [indices, 3, size, size]: each a function of (seed, epoch, index). Uniform for
    /// <see cref="PgdNorm.LInf"/>; a uniform direction at a uniform share of the radius for <see cref="PgdNorm.L2"/>.
    /// </summary>
    /// <param name="indices">Which samples.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="seed">The seed of the training or attack.</param>
    /// <param name="epoch">The epoch of training.</param>
    public Tensor RandomStart(IReadOnlyList<int> indices, int size, long seed, int epoch = 0)
    {
        int length = 3 * size * size;
        float[] values = new float[indices.Count * length];
        for (int i = 0; i < indices.Count; i++)
        {
            RandomStream stream = RandomStream.For(seed, "pgd-start", epoch, indices[i]);
            Span<float> picture = values.AsSpan(i * length, length);
            if (Norm == PgdNorm.LInf)
            {
                foreach (ref float value in picture) value = (float)stream.NextDouble(-Epsilon, Epsilon);
                continue;
            }
            double squares = 0, radius = Epsilon * stream.NextDouble();
            foreach (ref float value in picture)
            {
                value = (float)stream.NextNormal();
                squares += (double)value * value;
            }
            foreach (ref float value in picture) value = (float)(value * radius / Math.Sqrt(squares));
        }
        return tensor(values, [indices.Count, 3, size, size], device: CPU);
    }

    private Tensor Direction(Tensor gradient) =>
        Norm == PgdNorm.LInf ? gradient.sign() : gradient / Length(gradient).clamp_min(Guard);

    /// <summary>
    /// The nearest point of the ball around <paramref name="x"/>, clipped to [0, 1], which only shortens the perturbation.
    /// </summary>
    private Tensor Inside(Tensor x, Tensor moved)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor delta = moved - x;
        delta = Norm == PgdNorm.LInf
            ? delta.clamp(-Epsilon, Epsilon)
            : delta * (Epsilon / Length(delta).clamp_min(Guard)).clamp_max(1);
        return (x + delta).clamp(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>[B, 1, 1, 1]: Euclidean length of each picture.</summary>
    private static Tensor Length(Tensor pictures) => pictures.square().sum([1, 2, 3], keepdim: true).sqrt();
}
