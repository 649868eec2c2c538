using Postern.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// A network as its authors write it, on the libtorch that Postern runs on: standard operations alone, the library's optimiser,
/// and the weights of one of our models under their official names. Products and convolutions are in one type, as PyTorch's
/// autocast makes them: input, weights and bias are cast, and what follows takes the type that results.
/// </summary>
internal sealed class PlainNetwork : IDisposable
{
    private const double WeightDecay = 0.05, BatchNormMomentum = 0.1, BatchNormEpsilon = 1e-5, LayerNormEpsilon = 1e-6;

    private readonly Dictionary<string, Tensor> weights;
    private readonly ScalarType type;
    private readonly Func<PlainNetwork, Tensor, Tensor> forward;
    private readonly optim.Optimizer optimizer;

    /// <param name="model">Whose weights are taken over as copies.</param>
    /// <param name="products">Type of products and convolutions.</param>
    /// <param name="learningRate">Of AdamW.</param>
    /// <param name="forward">Pictures [B, 3, S, S] to logits.</param>
    public PlainNetwork(Backbone model, ScalarType products, double learningRate, Func<PlainNetwork, Tensor, Tensor> forward)
    {
        (type, this.forward) = (products, forward);
        HashSet<string> trained = [.. model.named_parameters().Select(p => p.name)];
        weights = model.state_dict().ToDictionary(w => w.Key, w =>
        {
            Tensor copy = w.Value.detach().clone();
            return trained.Contains(w.Key) ? new Parameter(copy) : copy;
        });
        optimizer = optim.AdamW(weights.Values.OfType<Parameter>(), learningRate, weight_decay: WeightDecay);
    }

    /// <summary>Whether batch statistics are used and kept.</summary>
    public bool Trains { get; set; } = true;

    /// <summary>The weight of an official name.</summary>
    public Tensor this[string name] => weights[name];

    /// <summary>Whether there is such a weight.</summary>
    public bool Has(string name) => weights.ContainsKey(name);

    /// <summary>How many of <c>prefix.0.</c>, <c>prefix.1.</c>, ... there are.</summary>
    public int Count(string prefix)
    {
        int count = 0;
        while (weights.Keys.Any(k => k.StartsWith($"{prefix}.{count}.", StringComparison.Ordinal))) count++;
        return count;
    }

    /// <summary>x W + b over the last axis.</summary>
    public Tensor Linear(string name, Tensor x) =>
        nn.functional.linear(x.to(type), Cast($"{name}.weight")!, Cast($"{name}.bias"));

    /// <summary>A convolution of maps [B, C, H, W].</summary>
    public Tensor Conv(string name, Tensor x, long stride = 1, long padding = 0, long groups = 1) => nn.functional.conv2d(
        x.to(type), Cast($"{name}.weight")!, Cast($"{name}.bias"), [stride, stride], [padding, padding], groups: groups);

    /// <summary>A depthwise convolution of sequences [B, C, L].</summary>
    public Tensor Conv1d(string name, Tensor x) => nn.functional.conv1d(
        x.to(type), Cast($"{name}.weight")!, Cast($"{name}.bias"), groups: x.shape[1]);

    /// <summary>Layer normalisation over the last axis.</summary>
    public Tensor LayerNorm(string name, Tensor x) => nn.functional.layer_norm(
        x, [x.shape[^1]], weights[$"{name}.weight"], weights[$"{name}.bias"], LayerNormEpsilon);

    /// <summary>Batch normalisation of maps.</summary>
    public Tensor BatchNorm(string name, Tensor x) => nn.functional.batch_norm(x, weights[$"{name}.running_mean"],
        weights[$"{name}.running_var"], weights[$"{name}.weight"], weights[$"{name}.bias"], Trains, BatchNormMomentum,
        BatchNormEpsilon);

    /// <summary>Logits in float32.</summary>
    public Tensor Forward(Tensor pictures) => forward(this, pictures).to(float32);

    /// <summary>A training step.</summary>
    public void Step(Tensor pictures, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.zero_grad();
        nn.functional.cross_entropy(Forward(pictures), labels).backward();
        optimizer.step();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        foreach (Tensor weight in weights.Values) weight.Dispose();
    }

    private Tensor? Cast(string name) => weights.TryGetValue(name, out Tensor? weight) ? weight.to(type) : null;
}
