using Postern.Imaging;
using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// Mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019) in timm's batch mode: one draw a step, partners in reversed order,
/// targets mixed by the same weight (<c>docs/reference/models.md 7.1</c>).
/// </summary>
/// <param name="Weight">Share of a sample's own target, 0 to 1; of its own pixels too where there is no box.</param>
/// <param name="Box">CutMix: the part of each picture that its partner replaces; null for mixup.</param>
public sealed record Mixup(double Weight, PixelBox? Box)
{
    private static readonly Mixup None = new(1, null);

    /// <summary>
    /// A step's draw, a function of (seed, step). With both alphas above 0, each kind has probability one half.
    /// </summary>
    /// <param name="mixupAlpha">Weight ~ Beta(alpha, alpha) of mixup; 0 for no mixup.</param>
    /// <param name="cutmixAlpha">The same for CutMix, before the box is clipped; 0 for no CutMix.</param>
    /// <param name="size">Side of the pictures.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="step">Steps done before.</param>
    public static Mixup Draw(double mixupAlpha, double cutmixAlpha, int size, long seed, long step)
    {
        if (mixupAlpha == 0 && cutmixAlpha == 0) return None;
        bool cuts = cutmixAlpha > 0 && (mixupAlpha == 0 || RandomStream.For(seed, "cutmix-or-mixup", step).NextBool());
        double alpha = cuts ? cutmixAlpha : mixupAlpha;
        RandomStream stream = RandomStream.For(seed, "mixup", step);
        double weight = stream.NextBeta(alpha, alpha);
        return cuts ? Cut(weight, size, ref stream) : new Mixup(weight, null);
    }

    /// <summary>Pictures [B, 3, S, S] mixed with the batch in reversed order; the batch itself is not changed.</summary>
    public Tensor Mix(Tensor images)
    {
        if (Weight == 1) return images;
        if (Box is not PixelBox box) return Share(images, images.flip(0));
        Tensor mixed = images.clone();
        Part(mixed, box).copy_(Part(images, box).flip(0));
        return mixed;
    }

    /// <summary>
    /// Cross-entropy of <paramref name="logits"/> [B, classes] against <paramref name="labels"/> [B] and their partners': equal
    /// to the soft-target cross-entropy of the mixed, smoothed one-hot targets (off s / K, on 1 - s + s / K), which is linear in
    /// them.
    /// </summary>
    public Tensor Loss(Tensor logits, Tensor labels, double labelSmoothing) =>
        Loss(logits, labels, Weight == 1 ? labels : labels.flip(0), labelSmoothing);

    /// <summary>The same of a part of the batch.</summary>
    /// <param name="logits">[P, classes].</param>
    /// <param name="labels">[P].</param>
    /// <param name="partners">[P], the labels of those that the part's pictures are mixed with.</param>
    /// <param name="labelSmoothing">Share of the target spread over all classes.</param>
    public Tensor Loss(Tensor logits, Tensor labels, Tensor partners, double labelSmoothing)
    {
        Tensor own = nn.functional.cross_entropy(logits, labels, label_smoothing: labelSmoothing);
        return Weight == 1 ? own : Share(own,
            nn.functional.cross_entropy(logits, partners, label_smoothing: labelSmoothing));
    }

    /// <summary>The same for each sample, [B].</summary>
    public Tensor Losses(Tensor logits, Tensor labels, double labelSmoothing)
    {
        Tensor own = nn.functional.cross_entropy(
            logits, labels, reduction: nn.Reduction.None, label_smoothing: labelSmoothing);
        return Weight == 1 ? own : Share(own, nn.functional.cross_entropy(
            logits, labels.flip(0), reduction: nn.Reduction.None, label_smoothing: labelSmoothing));
    }

    private Tensor Share(Tensor own, Tensor partners)
    {
        Scalar weight = Weight, rest = 1 - Weight;
        Tensor mixed = own * weight + partners * rest;
        // TorchSharp lets an implicit Scalar be finalised while the native call still reads it.
        GC.KeepAlive(weight);
        GC.KeepAlive(rest);
        return mixed;
    }

    /// <summary>
    /// A box of about 1 - <paramref name="weight"/> of the area about a uniform centre, clipped; the weight is what is left.
    /// </summary>
    private static Mixup Cut(double weight, int size, ref RandomStream stream)
    {
        int half = (int)(size * Math.Sqrt(1 - weight)) / 2;
        int row = stream.NextInt(size), column = stream.NextInt(size);
        int top = Math.Max(row - half, 0), left = Math.Max(column - half, 0);
        var box = new PixelBox(top, left, Math.Min(row + half, size) - top, Math.Min(column + half, size) - left);
        return new Mixup(1 - (double)box.Height * box.Width / ((double)size * size), box);
    }

    private static Tensor Part(Tensor images, PixelBox box) =>
        images.narrow(2, box.Top, box.Height).narrow(3, box.Left, box.Width);
}
