using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>What a training rule has found out, by name: indices of samples, mostly. A part of a training's checkpoint.</summary>
public sealed class RuleMemory
{
    private const string Prefix = "rule/", KeptKey = "epoch/kept", LabelsKey = "epoch/labels";
    private readonly SortedDictionary<string, long[]> values = new(StringComparer.Ordinal);

    /// <summary>Keeps a finding in place of an earlier one of its name.</summary>
    public void Keep(string name, IEnumerable<long> finding) => values[name] = [.. finding];

    /// <summary>A finding; null where there is none of the name yet.</summary>
    public IReadOnlyList<long>? Find(string name) => values.GetValueOrDefault(name);

    /// <summary>Whom the present epoch trains on, for one that is left within.</summary>
    internal EpochSamples Samples { get; set; } = EpochSamples.All;

    /// <summary>The rule's own network with its optimiser; null where it has none.</summary>
    internal TrainedNetwork? Companion { get; init; }

    /// <summary>All of it as entries of a checkpoint; the caller disposes the tensors.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach ((string name, long[] value) in values) yield return KeyValuePair.Create(Prefix + name, tensor(value));
        if (Companion is not null)
            foreach (KeyValuePair<string, Tensor> entry in Companion.Weights().Concat(Companion.State())) yield return entry;
        if (Samples.Kept is { } kept)
            yield return KeyValuePair.Create(KeptKey, tensor(kept.Order().Select(i => (long)i).ToArray()));
        if (Samples.Labels is { } labels)
        {
            long[] pairs = [.. labels.OrderBy(l => l.Key).SelectMany(l => new long[] { l.Key, l.Value })];
            yield return KeyValuePair.Create(LabelsKey, tensor(pairs));
        }
    }

    /// <summary>Sets what <see cref="State"/> gave, and nothing else.</summary>
    /// <exception cref="KeyNotFoundException">A value of the rule's own network is missing.</exception>
    internal void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        values.Clear();
        foreach ((string name, Tensor value) in saved.Where(e => e.Key.StartsWith(Prefix, StringComparison.Ordinal)))
            values[name[Prefix.Length..]] = value.data<long>().ToArray();
        if (Companion is not null)
        {
            using var noGrad = no_grad();
            foreach ((string name, Tensor value) in Companion.Weights()) value.copy_(saved[name]);
            Companion.Restore(saved);
        }
        Samples = new EpochSamples(
            saved.TryGetValue(KeptKey, out Tensor? kept) ? kept.data<long>().Select(i => (int)i).ToHashSet() : null,
            saved.TryGetValue(LabelsKey, out Tensor? labels)
                ? labels.data<long>().ToArray().Chunk(2).ToDictionary(p => (int)p[0], p => (int)p[1]) : null);
    }
}
