using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// A vision backbone: normalised pictures [B, 3, H, W] in, logits [B, classes] out. Parameter names are those of the official
/// code, so that state dictionaries are interchangeable.
/// </summary>
public abstract class Backbone(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>
    /// Called with the name and value of inner activations while a forward pass runs, in the official code's layout; null for none. With an observer
    /// fused parts run apart, which rounds a little differently.
    /// </summary>
    public Action<string, Tensor>? Observer { get; set; }

    /// <summary>The stream key of stochastic layers in the next training step: (seed, step). Set by the trainer before each step.</summary>
    public (long Seed, long Step) StepKey { get; set; }

    /// <summary>The type of the network's matrix products and convolutions; float32 at first.</summary>
    public Precision Precision
    {
        get => Products.Precision;
        set => Products.Precision = value;
    }

    /// <summary>What the layers multiply with.</summary>
    private protected Products Products { get; } = new();

    /// <summary>Draws every parameter anew, as the official code initialises it; a pure function of <paramref name="seed"/>.</summary>
    public abstract void Initialise(long seed);

    /// <summary>Whether the official optimiser grouping applies weight decay to a parameter: not to vectors and biases.</summary>
    public virtual bool Decays(string parameter, Tensor value) => value.dim() > 1 && !parameter.EndsWith(".bias", StringComparison.Ordinal);

    /// <summary>Name of the layer that makes the logits: it is replaced where a checkpoint has another number of classes.</summary>
    public abstract string Head { get; }

    /// <summary>
    /// Row of <c>pos_embed</c> that belongs to the class token when there are <paramref name="patches"/> patches; null for a model
    /// without position embedding.
    /// </summary>
    public virtual int? ClassTokenRow(int patches) => null;

    /// <summary>
    /// Multiply-adds of one picture of side <paramref name="imageSize"/>: matrix products, convolutions and, in a scan, state update
    /// and read-out, two for each token, channel and state in each direction (<c>docs/reference/models.md 1</c>).
    /// </summary>
    public abstract long MultiplyAdds(int imageSize);

    /// <summary>Number of trainable values.</summary>
    public long ParameterCount => parameters().Sum(p => p.numel());

    /// <summary>Hands an activation to the observer, if there is one; <paramref name="value"/> is only evaluated then.</summary>
    internal void Observe(string name, Func<Tensor> value) => Observer?.Invoke(name, value());

    /// <summary>
    /// Takes the stream <paramref name="x"/> through a part of the network and lets go of it, and of what the part made on the way. An observer may
    /// keep what it is shown, so nothing is let go of while there is one.
    /// </summary>
    private protected Tensor Advance(Tensor x, Func<Tensor, Tensor> part)
    {
        if (Observer is not null) return part(x);
        Tensor y = Lifetime.Of(() => part(x));
        x.Dispose();
        return y;
    }

    /// <summary>The stream of one parameter's initial values.</summary>
    private protected static RandomStream InitialStream(long seed, string parameter) => RandomStream.For(seed, "init:" + parameter);
}
