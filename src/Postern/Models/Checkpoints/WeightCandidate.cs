namespace Postern.Models.Checkpoints;

/// <summary>
/// A dictionary of tensors in a file, or the part of one whose names share a beginning, that may be the weights of a model.
/// </summary>
/// <param name="At">Where it lies: keys joined by dots, <c>[2]</c> for an item of a list; empty for the whole of the
/// file.</param>
/// <param name="Prefix">What was taken off the beginning of every name: <c>module.</c>; empty for nothing.</param>
/// <param name="StoredNames">The name of each tensor in the file, by its name here, in the file's order.</param>
/// <param name="Shapes">The shape of each tensor, as the file claims it, by its name here.</param>
public sealed record WeightCandidate(
    string At, string Prefix, IReadOnlyDictionary<string, string> StoredNames, IReadOnlyDictionary<string, long[]> Shapes)
{
    /// <summary>
    /// Whether its place says that it is a running average: <c>model_ema</c>, <c>state_dict_ema</c>, <c>ema.</c>
    /// </summary>
    public bool IsAverage => Place.Split('.', '_', '-').Contains("ema", StringComparer.OrdinalIgnoreCase);

    /// <summary>Its place as a user names it: <c>state_dict</c>, <c>state_dict.student</c>; <c>.</c> for the whole.</summary>
    public string Place => string.Join('.',
        new[] { At, Prefix.TrimEnd('.') }.Where(part => part.Length > 0)) is { Length: > 0 } place
        ? place : ".";

    /// <summary>
    /// Its place in words, for messages: <c>at 'netC', names without 'module.'</c>; empty for a flat file's names.
    /// </summary>
    public string Description => string.Join(", ", new[]
    {
        At.Length == 0 ? "" : $"at '{FileText.Shown(At)}'",
        Prefix.Length == 0 ? "" : $"names without '{FileText.Shown(Prefix)}'",
    }.Where(part => part.Length > 0));

    /// <summary>The same without some of its tensors.</summary>
    public WeightCandidate Without(IReadOnlyCollection<string> names) => names.Count == 0 ? this : this with
    {
        StoredNames = StoredNames.Where(n => !names.Contains(n.Key)).ToDictionary(StringComparer.Ordinal),
        Shapes = Shapes.Where(s => !names.Contains(s.Key)).ToDictionary(StringComparer.Ordinal),
    };

    /// <summary>
    /// Whether a tensor may be a number beside the weights (SWA's <c>n_averaged</c>, a best accuracy) and no part of them: a
    /// single value that belongs to no layer.
    /// </summary>
    internal static bool IsLoose(string name, long[] shape) => !name.Contains('.') && Array.TrueForAll(shape, side => side == 1);
}
