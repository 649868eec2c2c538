using Postern.Models.Checkpoints;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// How weights of some names and shapes fit a backbone. Two differences can be bridged: another number of classes (the head
/// starts anew) and another grid of patches (the position embedding is interpolated).
/// </summary>
public sealed class ShapeFit
{
    private readonly IReadOnlyDictionary<string, long[]> own, weights;
    private readonly string head;

    private ShapeFit(ModelShapes model, IReadOnlyDictionary<string, long[]> weights)
    {
        (own, head, this.weights) = (model.Shapes, model.Head, weights);
        HeadReplaced = own.Any(o => IsHead(o.Key) && !(weights.TryGetValue(o.Key, out long[]? w) && w.SequenceEqual(o.Value)))
            && own.All(o => !IsHead(o.Key) || !weights.TryGetValue(o.Key, out long[]? w) || DiffersInClasses(w, o.Value));
        PositionsResized = model.HasPositions && weights.TryGetValue(PositionEmbedding.Key, out long[]? positions)
            && PositionEmbedding.CanResize(positions, own[PositionEmbedding.Key]);
        Missing = [.. own.Keys.Where(k => !weights.ContainsKey(k) && !IsCounter(k) && !IsHead(k))];
        ILookup<bool, string> foreign = weights.Keys.Where(k => !own.ContainsKey(k))
            .ToLookup(k => WeightCandidate.IsLoose(k, weights[k]));
        (Unexpected, Beside) = ([.. foreign[false]], [.. foreign[true]]);
        Differing = [.. own.Where(o => weights.TryGetValue(o.Key, out long[]? w) && !Same(w, o.Value) && !IsBridged(o.Key))
            .Select(o => $"{o.Key} is {Text(weights[o.Key])}, the model has {Text(o.Value)}")];
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

    /// <summary>
    /// Numbers beside the weights that belong to no layer (SWA's <c>n_averaged</c>), which the model lacks too.
    /// </summary>
    public IReadOnlyList<string> Beside { get; }

    /// <summary>Shapes that differ and cannot be bridged, one sentence each.</summary>
    public IReadOnlyList<string> Differing { get; }

    /// <summary>Whether the weights can be loaded.</summary>
    public bool Fits => Misfits == 0;

    /// <summary>How many names and shapes stand in the way.</summary>
    public int Misfits => Missing.Count + Unexpected.Count + Differing.Count;

    /// <summary>How many of the model's tensors are there by name, in whatever shape.</summary>
    public int Matched => own.Keys.Count(weights.ContainsKey);

    /// <summary>How many differences have to be bridged.</summary>
    public int Bridges => (HeadReplaced ? 1 : 0) + (PositionsResized ? 1 : 0);

    /// <summary>Compares.</summary>
    public static ShapeFit Of(ModelShapes model, IReadOnlyDictionary<string, long[]> weights) => new(model, weights);

    /// <summary>Whether <paramref name="name"/> belongs to the classifier.</summary>
    internal bool IsHead(string name) => name.StartsWith(head + ".", StringComparison.Ordinal);

    // Files older than PyTorch 0.4.1 (torchvision's ResNets) do not count their batches.
    private static bool IsCounter(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);

    // Some programs keep a single number, a counter of batches, as a list of one.
    private static bool Same(long[] from, long[] to) =>
        from.SequenceEqual(to) || (Math.Max(from.Length, to.Length) == 1 && from.Concat(to).All(side => side == 1));

    private static bool DiffersInClasses(long[] from, long[] to) =>
        from.Length == to.Length && from.AsSpan(1).SequenceEqual(to.AsSpan(1));

    private bool IsBridged(string name) => (HeadReplaced && IsHead(name)) || (PositionsResized && name == PositionEmbedding.Key);

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
}

/// <summary>Names and shapes of a backbone's own tensors.</summary>
/// <param name="Shapes">By name.</param>
/// <param name="Head">The layer that makes the logits.</param>
/// <param name="HasPositions">Whether it has a position embedding with a class token.</param>
public sealed record ModelShapes(IReadOnlyDictionary<string, long[]> Shapes, string Head, bool HasPositions)
{
    /// <summary>Those of <paramref name="model"/>.</summary>
    public static ModelShapes Of(Backbone model) =>
        Of(model, model.state_dict());

    internal static ModelShapes Of(Backbone model, IReadOnlyDictionary<string, Tensor> own) =>
        new(own.ToDictionary(t => t.Key, t => t.Value.shape), model.Head, model.ClassTokenRow(1) is not null);
}
