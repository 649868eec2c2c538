using Postern.Models;
using Postern.Training.Recipes;
using TorchSharp.Modules;

namespace Postern.Training.Optimisation;

/// <summary>A parameter as an optimiser takes it.</summary>
/// <param name="Name">Official name.</param>
/// <param name="Value">The parameter.</param>
/// <param name="Decay">Its weight decay.</param>
internal sealed record TrainedParameter(string Name, Parameter Value, double Decay)
{
    /// <summary>A network's parameters with the weight-decay groups of its official code.</summary>
    public static TrainedParameter[] Of(Backbone model, TrainingSettings settings) =>
    [
        .. model.named_parameters().Select(p =>
            new TrainedParameter(p.name, p.parameter, settings.DecayAll || model.Decays(p.name, p.parameter) ? settings.WeightDecay : 0)),
    ];
}
