using Postern.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>
/// Updates parameters from their gradients, and keeps a state for each by name. A parameter without gradient is
/// left alone.
/// </summary>
internal abstract class Optimizer : IDisposable
{
    private readonly Tensor[][] moments;

    /// <summary>All state is zero. Whatever trains has an optimiser, so none trains on a machine that was not checked.</summary>
    /// <param name="parameters">What is updated: dense, of one type, on one device.</param>
    /// <param name="momentNames">What is kept for each parameter, of its shape.</param>
    protected Optimizer(IReadOnlyList<TrainedParameter> parameters, params string[] momentNames)
    {
        SelfCheck.Ensure();
        (Parameters, MomentNames) = (parameters, momentNames);
        moments = [.. parameters.Select(p => momentNames.Select(_ => zeros_like(p.Value).DetachFromDisposeScope()).ToArray())];
    }

    /// <summary>What is updated.</summary>
    protected IReadOnlyList<TrainedParameter> Parameters { get; }

    private IReadOnlyList<string> MomentNames { get; }

    /// <summary>Forgets gradients.</summary>
    public void ZeroGradients()
    {
        foreach (TrainedParameter parameter in Parameters) parameter.Value.grad = null;
    }

    /// <summary>The gradients that there are, as <c>parameter/gradient</c>. The tensors are the parameters'.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Gradients()
    {
        foreach (TrainedParameter parameter in Parameters)
        {
            if (parameter.Value.grad is Tensor gradient)
                yield return KeyValuePair.Create($"{parameter.Name}/gradient", gradient);
        }
    }

    /// <summary>Sets what <see cref="Gradients"/> gave; a parameter without entry has none.</summary>
    public void RestoreGradients(IReadOnlyDictionary<string, Tensor> saved)
    {
        foreach (TrainedParameter parameter in Parameters)
        {
            parameter.Value.grad = saved.TryGetValue($"{parameter.Name}/gradient", out Tensor? gradient)
                ? gradient.to(parameter.Value.device, copy: true) : null;
        }
    }

    /// <summary>One update at learning rate <paramref name="lr"/>.</summary>
    public void Step(double lr)
    {
        using DisposeScope scope = NewDisposeScope();
        var moved = new List<Update>(Parameters.Count);
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Value.grad is Tensor gradient)
                moved.Add(new Update(i, Parameters[i], gradient.contiguous(), moments[i]));
        }
        if (moved.Count > 0) Step(UpdateOps.For(moved[0].Parameter.Value), moved, lr);
    }

    /// <summary>The moments as <c>parameter/moment</c>. The tensors are the optimiser's own.</summary>
    public virtual IEnumerable<KeyValuePair<string, Tensor>> State() => Parameters.SelectMany((p, i) =>
        MomentNames.Select((moment, k) => KeyValuePair.Create($"{p.Name}/{moment}", moments[i][k])));

    /// <summary>Sets what <see cref="State"/> gave.</summary>
    /// <exception cref="KeyNotFoundException">A moment is missing.</exception>
    public virtual void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        using var noGrad = no_grad();
        for (int i = 0; i < Parameters.Count; i++)
            for (int k = 0; k < MomentNames.Count; k++) moments[i][k].copy_(saved[$"{Parameters[i].Name}/{MomentNames[k]}"]);
    }

    /// <summary>Releases the moments.</summary>
    public void Dispose()
    {
        foreach (Tensor moment in moments.SelectMany(m => m)) moment.Dispose();
    }

    /// <summary>Updates the parameters that have a gradient.</summary>
    /// <param name="ops">How.</param>
    /// <param name="updates">The parameters, at least one.</param>
    /// <param name="lr">Learning rate.</param>
    protected abstract void Step(IUpdateOps ops, IReadOnlyList<Update> updates, double lr);

    /// <summary>One parameter in an update.</summary>
    /// <param name="Index">Its place among all.</param>
    /// <param name="Parameter">The parameter.</param>
    /// <param name="Gradient">Its gradient, dense.</param>
    /// <param name="Moments">What is kept for it.</param>
    protected readonly record struct Update(int Index, TrainedParameter Parameter, Tensor Gradient, Tensor[] Moments);
}
