using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences;

/// <summary>A network whose weights take no gradient until it is disposed: what is searched for is its input.</summary>
internal sealed class FrozenWeights : IDisposable
{
    private readonly Parameter[] learning;

    /// <summary>Freezes all parameters that learn.</summary>
    public FrozenWeights(nn.Module network)
    {
        learning = [.. network.parameters().Where(p => p.requires_grad)];
        foreach (Parameter parameter in learning) parameter.requires_grad = false;
    }

    /// <summary>Lets them learn again.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in learning) parameter.requires_grad = true;
    }
}
