using Postern.Training.Optimisation;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// A network that is being trained: with its optimiser and, where one is kept, the running mean of its weights.
/// </summary>
internal sealed class TrainedNetwork : IDisposable
{
    private readonly nn.Module network;
    private readonly Optimizer optimizer;

    /// <summary>Takes over optimiser and mean; the network stays the caller's.</summary>
    /// <param name="name">What its entries in a checkpoint stand under; empty where it is trained alone and keeps its official
    /// names.</param>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">Updates its parameters.</param>
    /// <param name="average">Follows its weights; null for none.</param>
    public TrainedNetwork(string name, nn.Module network, Optimizer optimizer, WeightAverage? average = null)
    {
        (Name, this.network, this.optimizer, Average) = (name, network, optimizer, average);
    }

    /// <summary>Trained by Adam without decay (AdamW with none is the same).</summary>
    public static TrainedNetwork Adam(
        string name, nn.Module network, double beta1, double beta2, bool keepsGradients = false) =>
        new(name, network, new AdamW(TrainedParameter.Of(network, _ => 0), beta1, beta2)) { KeepsGradients = keepsGradients };

    /// <summary>Trained by SGD with momentum and L2 decay.</summary>
    public static TrainedNetwork Sgd(string name, nn.Module network, double momentum, double decay) =>
        new(name, network, new Sgd(TrainedParameter.Of(network, _ => decay), momentum));

    /// <summary>What its entries in a checkpoint stand under; may be empty.</summary>
    public string Name { get; }

    /// <summary>The running mean of its weights; null where none is kept.</summary>
    public WeightAverage? Average { get; }

    /// <summary>
    /// Whether its gradients are never forgotten, so that each update follows the sum of all so far; they belong to its state
    /// then.
    /// </summary>
    public bool KeepsGradients { get; init; }

    /// <summary>Forgets gradients, unless they are kept.</summary>
    public void ForgetGradients()
    {
        if (!KeepsGradients) optimizer.ZeroGradients();
    }

    /// <summary>One update at learning rate <paramref name="lr"/>.</summary>
    public void Update(double lr)
    {
        optimizer.Step(lr);
        Average?.Update(network);
    }

    /// <summary>
    /// The weights as entries of a checkpoint: <c>NAME/key</c>, or the official keys. The tensors are the network's own.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Weights() => Under(Name.Length == 0 ? "" : $"{Name}/", network.state_dict());

    /// <summary>
    /// The optimiser's moments, the mean and kept gradients as entries of a checkpoint: <c>NAME.optimizer/key</c>, or the bare
    /// keys. The tensors are their owners'.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        Under(StatePrefix, [.. optimizer.State(), .. Average?.State() ?? [], .. KeepsGradients ? optimizer.Gradients() : []]);

    /// <summary>Sets what <see cref="State"/> gave.</summary>
    /// <exception cref="KeyNotFoundException">A value is missing.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        Dictionary<string, Tensor> own = saved.Where(e => e.Key.StartsWith(StatePrefix, StringComparison.Ordinal))
            .ToDictionary(e => e.Key[StatePrefix.Length..], e => e.Value);
        optimizer.Restore(own);
        Average?.Restore(own);
        if (KeepsGradients) optimizer.RestoreGradients(own);
    }

    /// <summary>Releases moments and mean; the network stays.</summary>
    public void Dispose()
    {
        optimizer.Dispose();
        Average?.Dispose();
    }

    private string StatePrefix => Name.Length == 0 ? "" : $"{Name}.optimizer/";

    private static IEnumerable<KeyValuePair<string, Tensor>> Under(
        string prefix, IEnumerable<KeyValuePair<string, Tensor>> entries) =>
        entries.Select(e => KeyValuePair.Create(prefix + e.Key, e.Value));
}
