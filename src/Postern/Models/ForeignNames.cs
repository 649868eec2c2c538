namespace Postern.Models;

/// <summary>Translates the names that other libraries gave to the layers of the official code.</summary>
public static class ForeignNames
{
    /// <summary>
    /// The same tensors (or shapes) under official names; the dictionary itself where they are official already.
    /// </summary>
    public static IReadOnlyDictionary<string, T> Official<T>(IReadOnlyDictionary<string, T> weights) =>
        weights.ContainsKey("stem.conv1.weight") && weights.ContainsKey("head.pre_logits.fc.weight")
            ? weights.ToDictionary(w => MambaOut.FromTimm(w.Key), w => w.Value)
            : weights;
}
