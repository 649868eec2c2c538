using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>What a network is sensitive to in its pictures, [B, 3, S, S], normalised; of each picture for itself.</summary>
internal static class InputGradients
{
    /// <summary>The gradient of the loss of calling each picture <paramref name="target"/>: [B, 3, S, S].</summary>
    public static Tensor OfLoss(Backbone model, Tensor pictures, int target)
    {
        using IDisposable gradients = enable_grad();
        Tensor x = pictures.detach().clone().requires_grad_();
        Tensor aims = full([x.shape[0]], target, dtype: ScalarType.Int64, device: x.device);
        Tensor loss = nn.functional.cross_entropy(model.forward(x), aims, reduction: nn.Reduction.Sum);
        return autograd.grad([loss], [x])[0];
    }

    /// <summary>
    /// ReLU of the gradient of the sum of what the classifier reads, behind a ReLU, summed over colours: [B, S, S], the
    /// effective receptive field as VMamba's code has it (<c>docs/reference/probes.md 8</c>). Zeros for a network that does not
    /// say what its classifier reads.
    /// </summary>
    public static Tensor OfFeatures(Backbone model, Tensor pictures)
    {
        if (model.Features is null) return zeros_like(pictures.select(1, 0));
        using IDisposable gradients = enable_grad();
        Tensor x = pictures.detach().clone().requires_grad_();
        Tensor? sum = null;
        using IDisposable tap = model.Taps.Watch(
            (_, value) => sum = nn.functional.relu(value.dim() == 3 ? value.select(1, model.Grid!.ClassToken) : value).sum(),
            name => name == model.Features);
        model.forward(x);
        return nn.functional.relu(autograd.grad([sum!], [x])[0]).sum([1L]);
    }
}
