using System.Text.Json;
using Postern.Attacks;

namespace Postern.Tests.Goldens;

/// <summary>The label bookkeeping of an attack's golden. A manifest that names no indices poisons every picture.</summary>
/// <param name="Plan">Who is poisoned.</param>
/// <param name="Target">The target class.</param>
/// <param name="Before">True labels, or null where the manifest has none.</param>
/// <param name="After">Labels after poisoning.</param>
internal sealed record GoldenLabels(PoisonPlan Plan, int Target, int[]? Before, int[] After)
{
    public static GoldenLabels Of(JsonElement parameters, int count)
    {
        int[] after = Row("labels_out")!, poisoned = Row("poison_indices") ?? [.. Enumerable.Range(0, count)];
        int target = parameters.TryGetProperty("target", out JsonElement named) ? named.GetInt32() : after[poisoned[0]];
        foreach (int label in Row("test_labels_out") ?? []) Assert.Equal(target, label);
        var plan = new PoisonPlan([.. poisoned.Order()], [.. (Row("cover_indices") ?? []).Order()], target, poisoned.Length, 0);
        return new GoldenLabels(plan, target, Row("labels_in"), after);

        int[]? Row(string key) =>
            parameters.TryGetProperty(key, out JsonElement row) ? [.. row.EnumerateArray().Select(v => v.GetInt32())] : null;
    }

    /// <summary>Each sample is trained with the label that the manifest says.</summary>
    public void AssertTrained(PoisonedSamples samples)
    {
        for (int i = 0; i < After.Length; i++)
        {
            if (Before is null && !Plan.Poisoned.Contains(i)) continue;
            Assert.Equal(After[i], samples.LabelOf(i, Before?[i] ?? -1));
        }
    }
}
