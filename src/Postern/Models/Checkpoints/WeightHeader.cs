using System.Globalization;
using System.Text.Json;

namespace Postern.Models.Checkpoints;

/// <summary>
/// What whoever loads weights must know and cannot see in them: kept in the header of the files that Postern writes, as texts
/// that any reader of safetensors gives back. A part that a file does not tell is null.
/// </summary>
/// <param name="Model">Catalogue name of the model and its options that are not at their defaults; null where unknown.</param>
/// <param name="Input">Side of the input and constants of normalisation.</param>
/// <param name="ClassNames">[classes], names by class number.</param>
/// <param name="Dataset">Catalogue name of the dataset and how its pictures were resized, by option.</param>
public sealed record WeightHeader(
    NamedOptions? Model, ModelInput? Input, IReadOnlyList<string>? ClassNames, NamedOptions? Dataset)
{
    private const string ModelKey = "model", ModelOptions = "model_options", Size = "input_size", Mean = "input_mean",
        Std = "input_std", Classes = "class_names", DatasetKey = "dataset", DatasetOptions = "dataset_options";

    private const int Channels = 3;

    /// <summary>What the file at <paramref name="path"/> tells; nothing where it is not in the safetensors format.</summary>
    /// <exception cref="InputException">It cannot be read, or its header is damaged.</exception>
    public static WeightHeader At(string path) =>
        Of(SafeTensors.IsOne(path) ? SafeTensors.ReadMetadata(path) : new Dictionary<string, string>());

    /// <summary>What a file's header tells; parts that it does not tell, or not in this form, are null.</summary>
    /// <param name="pairs">The header's pairs, or a <see cref="Checkpoint"/>'s facts.</param>
    public static WeightHeader Of(IReadOnlyDictionary<string, string> pairs)
    {
        bool hasSide = int.TryParse(pairs.GetValueOrDefault(Size), NumberStyles.None, CultureInfo.InvariantCulture, out int side);
        float[]? mean = Parsed<float[]>(pairs, Mean), std = Parsed<float[]>(pairs, Std);
        bool hasInput = hasSide && side > 0 && mean?.Length == Channels && std?.Length == Channels
            && Array.TrueForAll(mean, float.IsFinite) && Array.TrueForAll(std, s => float.IsFinite(s) && s > 0);
        return new WeightHeader(Named(pairs, ModelKey, ModelOptions), hasInput ? new ModelInput(side, mean!, std!) : null,
            Parsed<string[]>(pairs, Classes), Named(pairs, DatasetKey, DatasetOptions));
    }

    /// <summary>The pairs of a header.</summary>
    public IEnumerable<KeyValuePair<string, string>> Pairs()
    {
        if (Model is not null) yield return new(ModelKey, Model.Name);
        if (Model is { Options.Count: > 0 }) yield return new(ModelOptions, JsonSerializer.Serialize(Model.Options));
        if (Dataset is not null) yield return new(DatasetKey, Dataset.Name);
        if (Dataset is { Options.Count: > 0 }) yield return new(DatasetOptions, JsonSerializer.Serialize(Dataset.Options));
        if (Input is not null)
        {
            yield return new(Size, Input.Size.ToString(CultureInfo.InvariantCulture));
            yield return new(Mean, JsonSerializer.Serialize(Input.Mean));
            yield return new(Std, JsonSerializer.Serialize(Input.Std));
        }
        if (ClassNames is not null) yield return new(Classes, JsonSerializer.Serialize(ClassNames));
    }

    private static NamedOptions? Named(IReadOnlyDictionary<string, string> pairs, string name, string options) =>
        pairs.TryGetValue(name, out string? text)
            ? new NamedOptions(text, Parsed<Dictionary<string, string>>(pairs, options) ?? []) : null;

    // Another program's file may have a pair of that name.
    private static T? Parsed<T>(IReadOnlyDictionary<string, string> pairs, string key) where T : class
    {
        try
        {
            return pairs.TryGetValue(key, out string? text) ? JsonSerializer.Deserialize<T>(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A name of a catalogue with options.</summary>
/// <param name="Name">The name.</param>
/// <param name="Options">Values by option, in the text form of the study file.</param>
public sealed record NamedOptions(string Name, IReadOnlyDictionary<string, string> Options);

/// <summary>What a model's input is made of: <c>(pixels / 255 - mean) / std</c>, RGB.</summary>
/// <param name="Size">Side in pixels.</param>
/// <param name="Mean">[3], of values in [0, 1].</param>
/// <param name="Std">[3], of values in [0, 1].</param>
public sealed record ModelInput(int Size, IReadOnlyList<float> Mean, IReadOnlyList<float> Std);
