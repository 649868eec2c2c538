using Postern.Training.Optimisation;
using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>A network that is being trained, with its optimiser. Its state goes into a checkpoint under its own name.</summary>
internal sealed class TrainedPart : IDisposable
{
    private readonly string name;
    private readonly nn.Module network;
    private readonly Optimizer optimizer;

    private TrainedPart(string name, nn.Module network, Optimizer optimizer) => (this.name, this.network, this.optimizer) = (name, network, optimizer);

    /// <summary>Trained by Adam without decay (AdamW with none is the same).</summary>
    public static TrainedPart Adam(string name, nn.Module network, double beta1, double beta2) => new(name, network, new AdamW(Parameters(network, decay: 0), beta1, beta2));

    /// <summary>Trained by SGD with momentum and L2 decay.</summary>
    public static TrainedPart Sgd(string name, nn.Module network, double momentum, double decay) => new(name, network, new Sgd(Parameters(network, decay), momentum));

    private static TrainedParameter[] Parameters(nn.Module network, double decay) =>
        [.. network.named_parameters().Select(p => new TrainedParameter(p.name, p.parameter, decay))];

    /// <summary>Forgets gradients.</summary>
    public void ZeroGradients() => optimizer.ZeroGradients();

    /// <summary>One update at learning rate <paramref name="lr"/>.</summary>
    public void Step(double lr) => optimizer.Step(lr);

    /// <summary>Weights and moments by name; the tensors are the network's and the optimiser's own.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
    [
        .. network.state_dict().Select(e => KeyValuePair.Create($"{name}/{e.Key}", e.Value)),
        .. optimizer.State().Select(e => KeyValuePair.Create(Moments + e.Key, e.Value)),
    ];

    /// <summary>Sets what <see cref="State"/> gave.</summary>
    /// <exception cref="KeyNotFoundException">A value is missing.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        using var noGrad = no_grad();
        foreach ((string key, Tensor value) in network.state_dict()) value.copy_(saved[$"{name}/{key}"]);
        optimizer.Restore(saved.Where(e => e.Key.StartsWith(Moments, StringComparison.Ordinal)).ToDictionary(e => e.Key[Moments.Length..], e => e.Value));
    }

    /// <summary>Releases the optimiser's state; the network stays.</summary>
    public void Dispose() => optimizer.Dispose();

    private string Moments => $"{name}.optimizer/";
}
