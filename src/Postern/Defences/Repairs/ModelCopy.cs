using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// A second network with the weights that a model has now: a teacher, or the model as it was before its repair.
/// </summary>
internal static class ModelCopy
{
    /// <summary>Makes it; the caller disposes it. It is in evaluation mode.</summary>
    public static Backbone Of(RepairInputs given)
    {
        Backbone copy = given.Another();
        using var noGrad = no_grad();
        IReadOnlyDictionary<string, Tensor> weights = given.Model.state_dict();
        foreach ((string name, Tensor value) in copy.state_dict()) value.copy_(weights[name]);
        copy.eval();
        return copy;
    }
}
