using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// How a set of weights fits a backbone, name by name and shape by shape (<see cref="ShapeFit"/>), and what puts them into it.
/// </summary>
public sealed class WeightFit
{
    private readonly Dictionary<string, Tensor> own;
    private readonly IReadOnlyDictionary<string, Tensor> weights;
    private readonly Backbone model;
    private readonly string source;
    private readonly ShapeFit shapes;

    private WeightFit(Backbone model, IReadOnlyDictionary<string, Tensor> weights, string source)
    {
        (this.model, this.weights, this.source) = (model, weights, source);
        own = model.state_dict();
        shapes = ShapeFit.Of(ModelShapes.Of(model, own), weights.ToDictionary(w => w.Key, w => w.Value.shape));
    }

    /// <inheritdoc cref="ShapeFit.HeadReplaced"/>
    public bool HeadReplaced => shapes.HeadReplaced;

    /// <inheritdoc cref="ShapeFit.PositionsResized"/>
    public bool PositionsResized => shapes.PositionsResized;

    /// <inheritdoc cref="ShapeFit.Missing"/>
    public IReadOnlyList<string> Missing => shapes.Missing;

    /// <inheritdoc cref="ShapeFit.Unexpected"/>
    public IReadOnlyList<string> Unexpected => shapes.Unexpected;

    /// <inheritdoc cref="ShapeFit.Differing"/>
    public IReadOnlyList<string> Differing => shapes.Differing;

    /// <inheritdoc cref="ShapeFit.Fits"/>
    public bool Fits => shapes.Fits;

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
            if (HeadReplaced && shapes.IsHead(name)) continue;
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
            value.copy_(saved.reshape(value.shape));
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
}
