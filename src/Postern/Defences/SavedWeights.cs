using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences;

/// <summary>
/// Values of some parameters, put back when it is disposed: for defences that change a model only to look at it.
/// </summary>
internal sealed class SavedWeights : IDisposable
{
    private readonly (Parameter Parameter, Tensor Value)[] saved;

    /// <summary>Remembers the values of now.</summary>
    public SavedWeights(IEnumerable<Parameter> parameters)
    {
        using var noGrad = no_grad();
        saved = [.. parameters.Select(p => (p, p.clone().DetachFromDisposeScope()))];
    }

    /// <summary>Puts the remembered values back.</summary>
    public void Restore()
    {
        using var noGrad = no_grad();
        foreach ((Parameter parameter, Tensor value) in saved) parameter.copy_(value);
    }

    /// <summary>Puts the remembered values back and forgets them.</summary>
    public void Dispose()
    {
        Restore();
        foreach ((_, Tensor value) in saved) value.Dispose();
    }
}
