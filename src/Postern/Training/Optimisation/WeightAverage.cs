using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>
/// EMA: a running mean of a model's whole state dictionary, mean = decay * mean + (1 - decay) * value after every update
/// (<c>docs/reference/models.md 7.1</c>). Batch counters are copied.
/// </summary>
public sealed class WeightAverage : IDisposable
{
    private const string Prefix = "ema/";
    private readonly Scalar decay, rest;
    private readonly Dictionary<string, Tensor> means;

    /// <summary>Begins with the model's present values.</summary>
    public WeightAverage(nn.Module model, double decay)
    {
        (this.decay, rest) = (decay, 1 - decay);
        means = model.state_dict().ToDictionary(e => e.Key, e => e.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Takes the model's present values in.</summary>
    public void Update(nn.Module model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in model.state_dict())
        {
            if (value.is_floating_point()) means[name].mul_(decay).add_(value, rest);
            else means[name].copy_(value);
        }
    }

    /// <summary>Runs <paramref name="use"/> while the model has the means for its values, and gives it its own back.</summary>
    public T WithAveragedWeights<T>(nn.Module model, Func<T> use)
    {
        Swap(model);
        try
        {
            return use();
        }
        finally
        {
            Swap(model);
        }
    }

    /// <summary>The means by official name. The tensors are this object's own.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => means;

    /// <summary>The means as entries of a checkpoint.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> State() => means.Select(m => KeyValuePair.Create(Prefix + m.Key, m.Value));

    /// <summary>Sets what <see cref="State"/> gave.</summary>
    /// <exception cref="KeyNotFoundException">A mean is missing.</exception>
    internal void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        using var noGrad = no_grad();
        foreach ((string name, Tensor mean) in means) mean.copy_(saved[Prefix + name]);
    }

    private void Swap(nn.Module model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in model.state_dict())
        {
            Tensor own = value.clone();
            value.copy_(means[name]);
            means[name].copy_(own);
        }
    }

    /// <summary>Releases the means.</summary>
    public void Dispose()
    {
        foreach (Tensor mean in means.Values) mean.Dispose();
    }
}
