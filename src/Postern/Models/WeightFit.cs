using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// How a set of weights fits a backbone: name by name and shape by shape, with two differences that can be bridged, another
/// number of classes (the head starts anew) and another grid of patches (the position embedding is interpolated).
/// </summary>
public sealed class WeightFit
{
    private readonly Dictionary<string, Tensor> own;
    private readonly IReadOnlyDictionary<string, Tensor> weights;
    private readonly Backbone model;
    private readonly string source;

    private WeightFit(Backbone model, IReadOnlyDictionary<string, Tensor> weights, string source)
    {
        (this.model, this.weights, this.source) = (model, weights, source);
        own = model.state_dict();
        HeadReplaced = own.Any(o => IsHead(o.Key)
            && !(weights.TryGetValue(o.Key, out Tensor? w) && w.shape.SequenceEqual(o.Value.shape)))
            && own.All(o => !IsHead(o.Key) || !weights.TryGetValue(o.Key, out Tensor? w)
                || DiffersInClasses(w.shape, o.Value.shape));
        PositionsResized = model.ClassTokenRow(1) is not null && weights.TryGetValue(PositionEmbedding.Key, out Tensor? positions)
            && PositionEmbedding.CanResize(positions.shape, own[PositionEmbedding.Key].shape);
        Missing = [.. own.Keys.Where(k => !weights.ContainsKey(k) && !IsCounter(k) && !IsHead(k))];
        Unexpected = [.. weights.Keys.Where(k => !own.ContainsKey(k))];
        Differing = [.. own.Where(o => weights.TryGetValue(o.Key, out Tensor? w) && !w.shape.SequenceEqual(o.Value.shape)
            && !IsBridged(o.Key))
            .Select(o => $"{o.Key} is {Text(weights[o.Key].shape)}, the model has {Text(o.Value.shape)}")];
    }

    /// <summary>
    /// Whether the classifier keeps its own initial values, since the checkpoint's has another number of classes or is absent.
    /// </summary>
    public bool HeadReplaced { get; }

    /// <summary>Whether the position embedding has to be interpolated to another grid.</summary>
    public bool PositionsResized { get; }

    /// <summary>Names that the model has and the weights lack, without the head.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names that the weights have and the model lacks.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Shapes that differ and cannot be bridged, one sentence each.</summary>
    public IReadOnlyList<string> Differing { get; }

    /// <summary>Whether the weights can be loaded.</summary>
    public bool Fits => Missing.Count == 0 && Unexpected.Count == 0 && Differing.Count == 0;

    /// <summary>Compares; changes nothing.</summary>
    /// <param name="model">The backbone.</param>
    /// <param name="weights">Values by official name.</param>
    /// <param name="source">Their file, for errors.</param>
    public static WeightFit Of(Backbone model, IReadOnlyDictionary<string, Tensor> weights, string source) =>
        new(model, weights, source);

    /// <summary>Puts the weights into the model.</summary>
    /// <param name="literalPositions">
    /// Interpolate positions as the official fine-tuning does, which takes row 0 for the class token although Vim's is in the
    /// middle.
    /// </param>
    /// <exception cref="InputException">They do not fit, or hold values that are no numbers; the message names the
    /// first.</exception>
    public void Apply(bool literalPositions = false)
    {
        if (!Fits)
            throw new InputException(source,
                $"does not fit the model: {FirstMisfit()}; 'postern models info' tells which model it fits");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in own)
        {
            if (HeadReplaced && IsHead(name)) continue;
            if (!weights.TryGetValue(name, out Tensor? saved))
            {
                value.zero_();
                continue;
            }
            if (value.is_floating_point() && !saved.isfinite().all().item<bool>())
                throw new InputException(source,
                    $"'{name}' holds values that are not finite numbers; the training that wrote it had diverged");
            if (PositionsResized && name == PositionEmbedding.Key)
                saved = PositionEmbedding.Resize(saved.to_type(ScalarType.Float32), (int)value.shape[1] - 1, model.ClassTokenRow,
                    literalPositions);
            value.copy_(saved);
        }
    }

    /// <summary>What was bridged, for whoever starts a run.</summary>
    public IEnumerable<string> Notes()
    {
        if (HeadReplaced)
        {
            string before = weights.TryGetValue($"{model.Head}.weight", out Tensor? head)
                ? $"{head.shape[0]} classes there" : "none there";
            yield return $"the classifier '{model.Head}' starts anew with "
                + $"{own[$"{model.Head}.weight"].shape[0]} classes ({before})";
        }
        if (PositionsResized)
        {
            yield return $"the position embedding is interpolated from {weights[PositionEmbedding.Key].shape[1] - 1} to "
                + $"{own[PositionEmbedding.Key].shape[1] - 1} patches";
        }
    }

    private string FirstMisfit() =>
        Differing.Count > 0 ? Differing[0] : Missing.Count > 0 ? $"it lacks '{Missing[0]}'"
            + More(Missing) : $"it has '{Unexpected[0]}'{More(Unexpected)}, which the model lacks";

    private static string More(IReadOnlyList<string> names) => names.Count > 1 ? $" and {names.Count - 1} more" : "";

    private bool IsHead(string name) => name.StartsWith(model.Head + ".", StringComparison.Ordinal);

    // Files older than PyTorch 0.4.1 (torchvision's ResNets) do not count their batches.
    private static bool IsCounter(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);

    private static bool DiffersInClasses(long[] from, long[] to) =>
        from.Length == to.Length && from.AsSpan(1).SequenceEqual(to.AsSpan(1));

    private bool IsBridged(string name) => (HeadReplaced && IsHead(name)) || (PositionsResized && name == PositionEmbedding.Key);

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
}
