using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>What a training rule has found out, by name: indices of samples, mostly. A part of a training's checkpoint.</summary>
public sealed class RuleMemory
{
    private const string Prefix = "rule/";
    private readonly SortedDictionary<string, long[]> values = new(StringComparer.Ordinal);

    /// <summary>Keeps a finding in place of an earlier one of its name.</summary>
    public void Keep(string name, IEnumerable<long> finding) => values[name] = [.. finding];

    /// <summary>A finding; null where there is none of the name yet.</summary>
    public IReadOnlyList<long>? Find(string name) => values.GetValueOrDefault(name);

    /// <summary>All of it as entries of a checkpoint; the caller disposes the tensors.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> State() =>
        values.Select(v => KeyValuePair.Create(Prefix + v.Key, tensor(v.Value)));

    /// <summary>Sets what <see cref="State"/> gave, and nothing else.</summary>
    internal void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        values.Clear();
        foreach ((string name, Tensor value) in saved.Where(e => e.Key.StartsWith(Prefix, StringComparison.Ordinal)))
            values[name[Prefix.Length..]] = value.data<long>().ToArray();
    }
}
