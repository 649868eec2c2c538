using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>A parameter as an optimiser takes it.</summary>
/// <param name="Name">Official name.</param>
/// <param name="Value">The parameter.</param>
/// <param name="Decay">Its weight decay.</param>
internal sealed record TrainedParameter(string Name, Parameter Value, double Decay)
{
    /// <summary>The parameters of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="decay">The weight decay of each.</param>
    public static TrainedParameter[] Of(nn.Module network, Func<(string name, Parameter parameter), double> decay) =>
        [.. network.named_parameters().Select(p => new TrainedParameter(p.name, p.parameter, decay(p)))];
}
