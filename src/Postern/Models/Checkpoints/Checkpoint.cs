using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>An opened weight file.</summary>
public sealed class Checkpoint : IDisposable
{
    private Checkpoint(string path, IReadOnlyDictionary<string, Tensor> weights) => (Path, Weights) = (path, weights);

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Its form.</summary>
    public string Container => "safetensors";

    /// <summary>Where in the file the weights are; empty for the file itself.</summary>
    public string WeightsAt => "";

    /// <summary>Values by official name.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>Running means of the weights; null where there are none.</summary>
    public IReadOnlyDictionary<string, Tensor>? Ema => null;

    /// <summary>What else the file holds.</summary>
    public IReadOnlyList<string> OtherKeys => [];

    /// <summary>What the file says of itself.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; } = new Dictionary<string, string>();

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public static Checkpoint Open(string path) => new(path, SafeTensors.Read(path));

    /// <summary>Releases the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor value in Weights.Values) value.Dispose();
    }
}
