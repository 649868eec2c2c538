using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// Mixup as timm does it: one weight a batch, lambda ~ Beta(alpha, alpha), partners in reversed order, the loss mixed alike.
/// </summary>
public static class Mixup
{
    /// <summary>The weight of a step's own samples; 1 where <paramref name="alpha"/> is 0. A function of (seed, step).</summary>
    public static double Weight(double alpha, long seed, long step)
    {
        if (alpha == 0) return 1;
        RandomStream stream = RandomStream.For(seed, "mixup", step);
        return stream.NextBeta(alpha, alpha);
    }

    /// <summary>Pictures [B, ...] mixed with the batch in reversed order.</summary>
    public static Tensor Mix(Tensor images, double weight) => weight == 1 ? images : images * weight + images.flip(0) * (1 - weight);

    /// <summary>Cross-entropy of <paramref name="logits"/> [B, classes] against <paramref name="labels"/> [B] and their partners'.</summary>
    public static Tensor Loss(Tensor logits, Tensor labels, double weight, double labelSmoothing)
    {
        Tensor own = nn.functional.cross_entropy(logits, labels, label_smoothing: labelSmoothing);
        return weight == 1 ? own
            : own * weight + nn.functional.cross_entropy(logits, labels.flip(0), label_smoothing: labelSmoothing) * (1 - weight);
    }
}
