using Postern.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>TorchSharp's AdamW and SGD with the weight-decay groups of the official code, and their state by parameter name.</summary>
internal sealed class Optimizers : IDisposable
{
    private readonly OptimizerHelper optimizer;
    private readonly string[] names;

    /// <summary>Two groups: parameters that decay, then those that do not.</summary>
    public Optimizers(Backbone model, TrainingSettings settings)
    {
        (string name, Parameter value)[] all = [.. model.named_parameters()];
        (string name, Parameter value)[] decayed = [.. all.Where(p => settings.DecayAll || model.Decays(p.name, p.value))];
        (string name, Parameter value)[] kept = [.. all.Except(decayed)];
        names = [.. decayed.Concat(kept).Select(p => p.name)];
        var groups = new[] { (Parameters: decayed, Decay: settings.WeightDecay), (Parameters: kept, Decay: 0.0) }.Where(g => g.Parameters.Length > 0);
        double lr = settings.LearningRate;
        optimizer = settings.UseSgd
            ? new SGD(groups.Select(g => new SGD.ParamGroup(
                g.Parameters.Select(p => p.value), new SGD.Options { LearningRate = lr, momentum = settings.Momentum, dampening = 0, weight_decay = g.Decay, nesterov = false, maximize = false })),
                lr, settings.Momentum)
            : new AdamW(groups.Select(g => new AdamW.ParamGroup(
                g.Parameters.Select(p => p.value), new AdamW.Options { LearningRate = lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = g.Decay, amsgrad = false, maximize = false })), lr);
    }

    /// <summary>Any optimiser over named parameters, in one group.</summary>
    public Optimizers(IEnumerable<(string Name, Parameter Value)> parameters, Func<IEnumerable<Parameter>, OptimizerHelper> make)
    {
        (string Name, Parameter Value)[] all = [.. parameters];
        names = [.. all.Select(p => p.Name)];
        optimizer = make([.. all.Select(p => p.Value)]);
    }

    /// <summary>One update at learning rate <paramref name="lr"/>.</summary>
    public void Step(double lr)
    {
        foreach (optim.ILearningRateController group in optimizer.ParamGroups) group.LearningRate = lr;
        optimizer.step();
    }

    /// <summary>Forgets gradients.</summary>
    public void ZeroGradients() => optimizer.zero_grad();

    /// <summary>The moments, as <c>parameter/moment</c>, and the step counts. The tensors are the optimiser's own.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach ((string name, OptimizerState state) in names.Zip(optimizer.state_dict().State))
        {
            switch (state)
            {
                case AdamW.State adam:
                    yield return new($"{name}/exp_avg", adam.exp_avg);
                    yield return new($"{name}/exp_avg_sq", adam.exp_avg_sq);
                    yield return new($"{name}/step", tensor(adam.step));
                    break;
                case SGD.State sgd when sgd.momentum_buffer is not null:
                    yield return new($"{name}/momentum_buffer", sgd.momentum_buffer);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Sets what <see cref="State"/> gave.</summary>
    /// <exception cref="KeyNotFoundException">A moment is missing.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        foreach ((string name, OptimizerState state) in names.Zip(optimizer.state_dict().State))
        {
            switch (state)
            {
                case AdamW.State adam:
                    using (no_grad())
                    {
                        adam.exp_avg.copy_(saved[$"{name}/exp_avg"]);
                        adam.exp_avg_sq.copy_(saved[$"{name}/exp_avg_sq"]);
                    }
                    adam.step = saved[$"{name}/step"].item<long>();
                    break;
                case SGD.State sgd when saved.TryGetValue($"{name}/momentum_buffer", out Tensor? buffer):
                    sgd.momentum_buffer = buffer.clone().DetachFromDisposeScope();
                    break;
                default:
                    break;
            }
        }
    }

    public void Dispose() => optimizer.Dispose();
}
