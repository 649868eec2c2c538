using Postern.Kernels;
using Postern.Models.Layers;
using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// A vision backbone: normalised pictures [B, 3, H, W] in, logits [B, classes] out. Parameter names are those of the official
/// code, so that state dictionaries are interchangeable.
/// </summary>
public abstract class Backbone(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Who looks at inner values while a forward pass runs, or replaces them.</summary>
    public Taps Taps { get; } = new();

    /// <summary>How operations that have a fused form are computed; null for what fits the tensors.</summary>
    internal IModelOps? Ops { get; set; }

    /// <summary>
    /// The stream key of stochastic layers in the next training step: (seed, step). Set by the trainer before each step.
    /// </summary>
    public (long Seed, long Step) StepKey { get; set; }

    /// <summary>
    /// Place in the step's batch of the first picture that the network is given: above 0 where a step is done in parts. Draws
    /// that are a picture's own begin with it. Set by the trainer.
    /// </summary>
    public int FirstOfStep { get; set; }

    /// <summary>
    /// Chance that the last block is given its tokens in a random order in training, earlier ones in proportion; 0 for never.
    /// Ignored where <see cref="OrdersTokens"/> is false.
    /// </summary>
    public double TokenShuffle { get; set; }

    /// <summary>Whether blocks depend on the order of tokens, as scans do.</summary>
    public virtual bool OrdersTokens => false;

    /// <summary>The type of the network's matrix products and convolutions; float32 at first.</summary>
    public Precision Precision
    {
        get => Mixed.Precision;
        set => Mixed.Precision = value;
    }

    /// <summary>What the layers multiply with.</summary>
    private protected MixedPrecision Mixed { get; } = new();

    /// <summary>
    /// Draws every parameter anew, as the official code initialises it; a pure function of <paramref name="seed"/>.
    /// </summary>
    public abstract void Initialise(long seed);

    /// <summary>Whether the official optimiser grouping applies weight decay to a parameter: not to vectors and biases.</summary>
    public virtual bool Decays(string parameter, Tensor value) =>
        value.dim() > 1 && !parameter.EndsWith(".bias", StringComparison.Ordinal);

    /// <summary>
    /// Name of the layer that makes the logits: it is replaced where a checkpoint has another number of classes.
    /// </summary>
    public abstract string Head { get; }

    /// <summary>
    /// Names of the taps that are shown the stream behind each block, in order: tokens [B, L, d], or maps [B, H, W, C], or
    /// [B, C, H, W] where <see cref="MapsAreChannelsFirst"/>. None for a network without blocks.
    /// </summary>
    public virtual IReadOnlyList<string> Blocks => [];

    /// <summary>
    /// Names of all parameters that write into a stream of tokens of one width d: [d, ...] of products and convolutions, and
    /// [1, L, d] of tokens and positions. None for a network whose stream changes its width.
    /// </summary>
    public virtual IReadOnlyList<string> StreamWriters => [];

    /// <summary>Whether maps have their channels before rows and columns.</summary>
    public virtual bool MapsAreChannelsFirst => false;

    /// <summary>
    /// Name of the tap that is shown what the classifier reads, [B, C] or [B, C, 1, 1], or tokens of which it reads the class
    /// token; null where there is none.
    /// </summary>
    public virtual string? Features => null;

    /// <summary>How a picture is cut into tokens; null for a network that does not do so.</summary>
    public virtual PatchGrid? Grid => null;

    /// <summary>
    /// Row of <c>pos_embed</c> that belongs to the class token when there are <paramref name="patches"/> patches; null for a
    /// model without position embedding.
    /// </summary>
    public virtual int? ClassTokenRow(int patches) => null;

    /// <summary>
    /// Multiply-adds of one picture of side <paramref name="imageSize"/>: matrix products, convolutions and, in a scan, state
    /// update and read-out, two for each token, channel and state in each direction (<c>docs/reference/models.md 1</c>).
    /// </summary>
    public abstract long MultiplyAdds(int imageSize);

    /// <summary>
    /// Whether it normalises over batches, so that a step done in parts is another than the whole one.
    /// </summary>
    public bool NormalisesOverBatches => named_buffers().Any(b => b.name.EndsWith("running_var", StringComparison.Ordinal));

    /// <summary>Number of trainable values.</summary>
    public long ParameterCount => parameters().Sum(p => p.numel());

    /// <summary>Hands an inner value to the taps, in float32; gives what to go on with, in the value's own type.</summary>
    protected Tensor Tap(string name, Tensor value)
    {
        if (!Taps.Any) return value;
        Tensor shown = MixedPrecision.ToFloat32(value), after = Taps.Pass(name, shown);
        return ReferenceEquals(shown, after) ? value : after.to(value.dtype);
    }

    /// <summary>The taps of an inner part, whose name is only put together where somebody looks.</summary>
    private protected NamedTaps TapsWithin(FormattableString part) =>
        Taps.Any ? new(Taps, part.ToString(System.Globalization.CultureInfo.InvariantCulture)) : default;

    /// <summary>
    /// Takes the stream <paramref name="x"/> through a part of the network and lets go of it, and of what the part made on the
    /// way. Who taps may keep what it is shown, so nothing is let go of while somebody does.
    /// </summary>
    private protected Tensor RunBlock(Tensor x, Func<Tensor, Tensor> part)
    {
        if (Taps.Any) return part(x);
        Tensor y = TensorScopes.Of(() => part(x));
        x.Dispose();
        return y;
    }

    /// <summary>
    /// As <see cref="RunBlock(Tensor, Func{Tensor, Tensor})"/>, for a stream and the branch that is still to be added to it,
    /// which is the stream itself where none is.
    /// </summary>
    private protected (Tensor Stream, Tensor Branch) RunBlock(
        Tensor stream, Tensor branch, Func<Tensor, Tensor, (Tensor, Tensor)> part)
    {
        if (Taps.Any) return part(stream, branch);
        (Tensor Stream, Tensor Branch) results = TensorScopes.Of(() => part(stream, branch));
        if (!ReferenceEquals(stream, branch)) branch.Dispose();
        if (!ReferenceEquals(stream, results.Stream)) stream.Dispose();
        return results;
    }

    /// <summary>The branch that is still to be added to a stream; null where none is.</summary>
    private protected static Tensor? Pending(Tensor stream, Tensor branch) => ReferenceEquals(stream, branch) ? null : branch;

    /// <summary>The stream with what was still to be added.</summary>
    private protected static Tensor Added(Tensor stream, Tensor branch) =>
        ReferenceEquals(stream, branch) ? stream : stream + MixedPrecision.ToFloat32(branch);

    /// <summary>The stream of one parameter's initial values.</summary>
    private protected static RandomStream InitialStream(long seed, string parameter) =>
        RandomStream.For(seed, "init:" + parameter);
}
