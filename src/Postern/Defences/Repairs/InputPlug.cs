using Postern.Defences.Sites;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// A linear layer, y = M x + t, before another one. It is folded into the weights behind it, and its gradients follow from
/// theirs, so that the network keeps its architecture: W (M x + t) + b = (W M) x + (b + W t). Where the layer behind has no bias
/// there is no t.
/// </summary>
internal sealed class InputPlug : IDisposable
{
    private readonly BlockInput site;
    private readonly Tensor rows;
    private readonly Tensor? bias;
    private readonly bool[] learnt;

    /// <summary>The identity before <paramref name="site"/>, whose weights give gradients until it is disposed.</summary>
    public InputPlug(BlockInput site)
    {
        this.site = site;
        using var noGrad = no_grad();
        rows = Rows(site.Weight).clone().DetachFromDisposeScope();
        bias = site.Bias?.clone().DetachFromDisposeScope();
        Matrix = new Parameter(eye(site.Channels, device: site.Weight.device).DetachFromDisposeScope());
        if (bias is not null) Shift = new Parameter(zeros(site.Channels, device: bias.device).DetachFromDisposeScope());
        learnt = [.. Layer.Select(p => p.requires_grad)];
        foreach (Parameter parameter in Layer) parameter.requires_grad = true;
    }

    /// <summary>M, [channels, channels].</summary>
    public Parameter Matrix { get; }

    /// <summary>t, [channels]; null where the layer behind it has no bias.</summary>
    public Parameter? Shift { get; }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Trained =>
        Shift is null ? [("matrix", Matrix)] : [("matrix", Matrix), ("shift", Shift)];

    private IEnumerable<Parameter> Layer => site.Bias is null ? [site.Weight] : [site.Weight, site.Bias];

    /// <summary>Puts M and t as they are now into the layer's weights.</summary>
    public void Put()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        long[] shape = site.Weight.shape;
        Tensor folded = rows.matmul(Matrix);
        // The channels of a convolution stand before the places of its window.
        site.Weight.copy_(shape.Length == 2 ? folded : folded.view([shape[0], .. shape[2..], shape[1]]).movedim([-1], [1]));
        // The shift's part of a convolution would miss its zero padding; the convolutions of the catalogue have no bias.
        if (Shift is not null) site.Bias!.copy_(bias! + rows.matmul(Shift));
    }

    /// <summary>Takes the gradients that a backward pass left in the layer's weights, as those of M and t.</summary>
    public void TakeGradients()
    {
        using var noGrad = no_grad();
        Matrix.grad = rows.t().matmul(Rows(site.Weight.grad!));
        if (Shift is not null) Shift.grad = rows.t().matmul(site.Bias!.grad!);
        foreach (Parameter parameter in Layer) parameter.grad = null;
    }

    /// <summary>Lets go of M and t; the layer keeps what was put into it.</summary>
    public void Dispose()
    {
        foreach ((Parameter parameter, bool learns) in Layer.Zip(learnt)) parameter.requires_grad = learns;
        rows.Dispose();
        bias?.Dispose();
        Matrix.Dispose();
        Shift?.Dispose();
    }

    private static Tensor Rows(Tensor weight) =>
        weight.dim() == 2 ? weight : weight.movedim([1], [-1]).reshape(-1, weight.shape[1]);
}
