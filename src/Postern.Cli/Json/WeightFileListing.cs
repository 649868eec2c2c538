using Postern.Configuration;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;

namespace Postern.Cli.Json;

/// <summary>What a weight file holds and which model it fits.</summary>
/// <param name="File">Its path as it was given.</param>
/// <param name="Container"><c>safetensors</c>, <c>pth (zip)</c> or <c>pth (legacy)</c>.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Values">Number of values in them.</param>
/// <param name="Types">Their types.</param>
/// <param name="WeightsAt">Key under which the weights lie; null for a flat file.</param>
/// <param name="NamePrefix">What was taken off the front of every name; null for nothing.</param>
/// <param name="Dictionaries">Every dictionary of tensors in the file.</param>
/// <param name="TimmNames">Whether the file names its tensors as timm does.</param>
/// <param name="RunningMeans">Tensors of the running mean; null where there is none.</param>
/// <param name="AlsoHolds">Other keys of the file.</param>
/// <param name="Facts">What else the file says about itself.</param>
/// <param name="Fits">Whether the model takes the weights as they are.</param>
/// <param name="Model">The model that it was compared with; null where none was recognised.</param>
/// <param name="Keys">Every tensor, where they were asked for; else null.</param>
internal sealed record WeightFileListing(
    string File, string Container, int Tensors, long Values, IReadOnlyList<string> Types, string? WeightsAt,
    string? NamePrefix, IReadOnlyList<DictionaryListing> Dictionaries, bool TimmNames, int? RunningMeans,
    IReadOnlyList<string> AlsoHolds, IReadOnlyDictionary<string, string> Facts, bool Fits, ComparedModelListing? Model,
    IReadOnlyList<TensorListing>? Keys)
{
    public static WeightFileListing Of(
        Checkpoint checkpoint, IReadOnlyDictionary<string, torch.Tensor> weights, ComparedModelListing? compared,
        bool withKeys) => new(
        checkpoint.Path, checkpoint.Container, weights.Count, weights.Values.Sum(w => w.numel()),
        [.. weights.Values.Select(w => $"{w.dtype}").Distinct()], checkpoint.WeightsAt.Length == 0 ? null : checkpoint.WeightsAt,
        checkpoint.Chosen.Prefix.Length == 0 ? null : checkpoint.Chosen.Prefix,
        [.. checkpoint.Places.Select(p => new DictionaryListing(p.Key, p.Value))],
        !ReferenceEquals(weights, checkpoint.Weights), checkpoint.Ema?.Count, checkpoint.OtherKeys, checkpoint.Facts,
        compared is { Fits: true }, compared,
        withKeys ? [.. weights.Select(w => new TensorListing(w.Key, w.Value.shape, $"{w.Value.dtype}"))] : null);
}

/// <summary>A dictionary of tensors.</summary>
/// <param name="At">Where it lies; <c>.</c> for the whole of the file.</param>
/// <param name="Tensors">Number of its tensors.</param>
internal sealed record DictionaryListing(string At, int Tensors);

/// <summary>A model, its options and where the weights differ from it.</summary>
internal sealed record ComparedModelListing(
    string Name, IReadOnlyDictionary<string, string> Options, int Classes, int ImageSize,
    IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Different, IReadOnlyList<string> Notes)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Fits => Missing.Count + Unexpected.Count + Different.Count == 0;

    public static ComparedModelListing Of(Choice model, int classes, int imageSize, WeightFit fit) => new(
        model.Name, model.Values, classes, imageSize, fit.Missing, fit.Unexpected, fit.Differing,
        fit.Fits ? [.. fit.Notes()] : []);
}

/// <summary>A tensor's name, shape and type.</summary>
internal sealed record TensorListing(string Name, IReadOnlyList<long> Shape, string Type);
