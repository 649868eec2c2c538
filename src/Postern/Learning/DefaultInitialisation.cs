using Postern.Kernels;
using Postern.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>
/// PyTorch's default initial values, from seeded streams: weights and biases of linear layers and convolutions uniform within
/// 1 / sqrt(fan in), batch normalisation 1 and 0.
/// </summary>
internal static class DefaultInitialisation
{
    /// <summary>Draws every parameter of <paramref name="network"/> anew.</summary>
    public static void Apply(nn.Module network, long seed)
    {
        Dictionary<string, Parameter> all = network.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach ((string name, Parameter p) in all)
        {
            RandomStream stream = RandomStream.For(seed, "init:" + name);
            bool isBias = name.EndsWith(".bias", StringComparison.Ordinal);
            Tensor weight = isBias ? all[name[..^"bias".Length] + "weight"] : p;
            if (weight.dim() == 1) Initial.Constant(p, isBias ? 0 : 1);
            else Initial.Uniform(p, Initial.DefaultBound(weight), stream);
        }
    }
}
