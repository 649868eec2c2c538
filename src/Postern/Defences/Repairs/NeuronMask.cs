using Postern.Defences.Sites;
using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// A mask on the scale of every norm channel and noise on scale and shift, all relative: gamma (m + e_gamma), beta (1 + e_beta).
/// They are put into the weights themselves, and their gradients follow from those of the weights, so that networks need no
/// layers of their own for it. The original weights come back when it is disposed.
/// </summary>
internal sealed class NeuronMask : IDisposable
{
    private readonly NormLayer[] norms;
    private readonly SavedWeights saved;
    private readonly Tensor[] scales, masks, velocities, scaleNoises;
    private readonly Tensor?[] shifts, shiftNoises;

    /// <summary>Masks of one and no noise.</summary>
    public NeuronMask(IEnumerable<NormLayer> norms)
    {
        this.norms = [.. norms];
        using var noGrad = no_grad();
        saved = new SavedWeights(this.norms.SelectMany(n => n.Shift is null ? [n.Scale] : new[] { n.Scale, n.Shift }));
        scales = Kept(n => n.Scale.clone());
        masks = Kept(n => ones_like(n.Scale));
        velocities = Kept(n => zeros_like(n.Scale));
        scaleNoises = Kept(n => zeros_like(n.Scale));
        shifts = [.. this.norms.Select(n => n.Shift?.detach().clone().DetachFromDisposeScope())];
        shiftNoises = [.. this.norms.Select(n => n.Shift is null ? null : zeros_like(n.Shift).detach().DetachFromDisposeScope())];
    }

    /// <summary>m of each norm, [C] each.</summary>
    public IReadOnlyList<Tensor> Masks => masks;

    /// <summary>e_gamma of each norm.</summary>
    public IReadOnlyList<Tensor> ScaleNoises => scaleNoises;

    /// <summary>e_beta of each norm; null where it has no shift.</summary>
    public IReadOnlyList<Tensor?> ShiftNoises => shiftNoises;

    /// <summary>Noise uniform in [-epsilon, epsilon].</summary>
    public void DrawNoise(double epsilon, ref RandomStream stream)
    {
        using var noGrad = no_grad();
        for (int i = 0; i < norms.Length; i++)
        {
            scaleNoises[i].copy_(Draw(scaleNoises[i], epsilon, ref stream));
            if (shiftNoises[i] is Tensor shift) shift.copy_(Draw(shift, epsilon, ref stream));
        }
    }

    /// <summary>Given noise.</summary>
    internal void SetNoise(IReadOnlyList<Tensor> scale, IReadOnlyList<Tensor?> shift)
    {
        using var noGrad = no_grad();
        for (int i = 0; i < norms.Length; i++)
        {
            scaleNoises[i].copy_(scale[i]);
            if (shift[i] is Tensor given) shiftNoises[i]!.copy_(given);
        }
    }

    /// <summary>Given masks.</summary>
    internal void SetMasks(IReadOnlyList<Tensor> given)
    {
        using var noGrad = no_grad();
        foreach ((Tensor mask, Tensor value) in masks.Zip(given)) mask.copy_(value);
    }

    /// <summary>Puts the masks, and the noise where it is asked for, into the weights, and forgets their gradients.</summary>
    public void Put(bool noise)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        for (int i = 0; i < norms.Length; i++)
        {
            norms[i].Scale.copy_(scales[i] * (noise ? masks[i] + scaleNoises[i] : masks[i]));
            norms[i].Shift?.copy_(noise ? shifts[i]! * (1 + shiftNoises[i]!) : shifts[i]!);
            norms[i].Scale.grad = null;
            if (norms[i].Shift is { } shift) shift.grad = null;
        }
    }

    /// <summary>
    /// The gradient of each mask, and of each scale's noise, from those that a backward pass left in the weights.
    /// </summary>
    public IReadOnlyList<Tensor> ScaleGradients() => [.. norms.Zip(scales, (n, s) => s * n.Scale.grad!)];

    /// <summary>The gradient of each shift's noise; null where there is no shift.</summary>
    public IReadOnlyList<Tensor?> ShiftGradients() => [.. norms.Zip(shifts, (n, s) => s is null ? null : s * n.Shift!.grad!)];

    /// <summary>A step of the noise up the loss, along the signs; not projected back, as in the official code.</summary>
    public void RaiseNoise(double length)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        IReadOnlyList<Tensor> scale = ScaleGradients();
        IReadOnlyList<Tensor?> shift = ShiftGradients();
        for (int i = 0; i < norms.Length; i++)
        {
            scaleNoises[i].add_(scale[i].sign() * length);
            shiftNoises[i]?.add_(shift[i]!.sign() * length);
        }
    }

    /// <summary>One SGD step of the masks, clipped to [0, 1].</summary>
    public void Step(IReadOnlyList<Tensor> gradients, double rate, double momentum)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        for (int i = 0; i < norms.Length; i++)
        {
            velocities[i].mul_(momentum).add_(gradients[i]);
            masks[i].sub_(velocities[i] * rate).clamp_(0, 1);
        }
    }

    /// <summary>Puts the original weights back.</summary>
    public void Dispose()
    {
        saved.Dispose();
        foreach (Tensor? tensor in scales.Concat(masks).Concat(velocities).Concat(scaleNoises).Concat(shifts).Concat(shiftNoises))
            tensor?.Dispose();
    }

    private Tensor[] Kept(Func<NormLayer, Tensor> of) => [.. norms.Select(n => of(n).detach().DetachFromDisposeScope())];

    private static Tensor Draw(Tensor like, double epsilon, ref RandomStream stream)
    {
        float[] values = new float[like.numel()];
        for (int i = 0; i < values.Length; i++) values[i] = (float)stream.NextDouble(-epsilon, epsilon);
        return tensor(values, like.shape, device: like.device);
    }
}
