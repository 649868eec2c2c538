using static TorchSharp.torch;

namespace Postern.Defences.TrainingRules;

/// <summary>The losses of DBD (<c>docs/reference/defences.md 15</c>).</summary>
internal static class SemiSupervision
{
    private const double CrossWeight = 0.1, LogOfZero = 1e-4;

    /// <summary>
    /// SimCLR's NT-Xent: of all other views in the batch, that of the same picture is to be the nearest.
    /// </summary>
    /// <param name="projections">[2 B, d]: first all first views, then all second ones.</param>
    /// <param name="temperature">What cosines are divided by.</param>
    public static Tensor Contrast(Tensor projections, double temperature)
    {
        Tensor unit = nn.functional.normalize(projections, dim: 1);
        long views = unit.shape[0];
        Tensor itself = eye(views, dtype: ScalarType.Bool, device: unit.device);
        Tensor cosines = (unit.matmul(unit.t()) / temperature).masked_fill(itself, double.NegativeInfinity);
        return nn.functional.cross_entropy(cosines, arange(views, device: unit.device).roll(views / 2));
    }

    /// <summary>
    /// Symmetric cross-entropy, 0.1 CE + RCE, where the logarithm of a label's zeros is that of 1e-4: a sample that cannot be
    /// learnt costs only so much.
    /// </summary>
    public static Tensor Symmetric(Tensor logits, Tensor labels)
    {
        Tensor right = logits.softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1);
        return CrossWeight * nn.functional.cross_entropy(logits, labels) - Math.Log(LogOfZero) * (1 - right).mean();
    }

    /// <summary>p^(1/T), to sum 1: [B, classes].</summary>
    public static Tensor Sharpened(Tensor probabilities, double temperature)
    {
        Tensor raised = probabilities.pow(1 / temperature);
        return raised / raised.sum(1, keepdim: true);
    }

    /// <summary>Cross-entropy to soft targets.</summary>
    public static Tensor Supervised(Tensor logits, Tensor targets) => -(logits.log_softmax(1) * targets).sum(1).mean();

    /// <summary>The mean square by which probabilities miss guessed ones.</summary>
    public static Tensor Consistency(Tensor logits, Tensor guesses) => (logits.softmax(1) - guesses).square().mean();
}
