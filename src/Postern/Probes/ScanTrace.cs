using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Puts single parts of a Vim's scans back, at the trigger's tokens or at the class token, in all blocks or in one.
/// </summary>
/// <param name="model">The Vim, without controls.</param>
/// <param name="target">The target class.</param>
/// <param name="trigger">Where the trigger is.</param>
internal sealed class ScanTrace(Vim model, int target, TriggerTokens trigger)
{
    private static readonly (ScanPart Part, string Name, string Meaning)[] Parts =
    [
        (ScanPart.U, "u", "what is written"), (ScanPart.Delta, "delta", "the step: how much is written and forgotten"),
        (ScanPart.B, "b", "where it is written to"), (ScanPart.C, "c", "what is read"), (ScanPart.Gate, "gate", "the gate"),
        (ScanPart.State, "state", "what is remembered"),
    ];

    private readonly List<double> clean = [], triggered = [];
    private readonly Dictionary<(string Part, string Place, int? Block), List<double>> patched = [];

    private readonly (string Name, string Title, IReadOnlyList<int> Tokens)[] places =
    [
        .. trigger.IsLocal ? [("trigger", "the trigger's tokens", trigger.Tokens)]
            : Array.Empty<(string, string, IReadOnlyList<int>)>(),
        ("class-token", "the class token", [trigger.ClassToken]),
    ];

    /// <summary>Adds some pictures that the trigger moves to the target.</summary>
    public void Add(Tensor without, Tensor with, IReadOnlyList<int> labels, CancellationToken cancel)
    {
        // Both directions of a block come one after the other.
        List<ScanReading> scans = [];
        using (model.Taps.WatchScans((_, scan) => scans.Add(scan)))
            clean.AddRange(EffectKept.Lead(model.forward(without), target, labels));
        triggered.AddRange(Lead());
        int depth = scans.Count / 2;
        foreach ((ScanPart part, string name, _) in Parts)
        {
            foreach ((string place, _, IReadOnlyList<int> tokens) in places)
            {
                foreach (int? block in Enumerable.Range(0, depth).Select(b => (int?)b).Prepend(null))
                {
                    cancel.ThrowIfCancellationRequested();
                    IDisposable[] changes = [.. Enumerable.Range(0, depth).Where(b => block is null || block == b).Select(b =>
                        model.Intervene(new ScanPatch(part, tokens, scans[2 * b], scans[2 * b + 1]), other => other == b))];
                    try
                    {
                        At((name, place, block)).AddRange(Lead());
                    }
                    finally
                    {
                        foreach (IDisposable change in changes) change.Dispose();
                    }
                }
            }
        }

        double[] Lead()
        {
            using DisposeScope scope = NewDisposeScope();
            return EffectKept.Lead(model.forward(with), target, labels);
        }
    }

    /// <summary>What is left of the effect with a part put back in all blocks.</summary>
    public IEnumerable<ProbeNumber> Numbers() => clean.Count == 0 ? [] : Parts.SelectMany(part => places.Select(place =>
        new ProbeNumber($"{part.Name}-{place.Name}-kept",
            $"what is left of the effect with {part.Name} put back at {place.Title} in all blocks",
            Kept(part.Name, place.Name, null))));

    /// <summary>A table for each place.</summary>
    public IEnumerable<ProbeTable> Tables()
    {
        if (clean.Count == 0) yield break;
        int depth = patched.Keys.Max(k => k.Block ?? 0) + 1;
        foreach ((string name, string title, _) in places)
            yield return new ProbeTable($"What is left of the trigger's effect with one part of the scans put back at {title}",
                ["part", "what it is", "all blocks",
                    .. Enumerable.Range(1, depth).Select(b => FormattableString.Invariant($"{b}"))],
                [.. Parts.Select(part => (IReadOnlyList<ProbeEntry>)
                [
                    part.Name, part.Meaning, Kept(part.Name, name, null),
                    .. Enumerable.Range(0, depth).Select(b => (ProbeEntry)Kept(part.Name, name, b)),
                ])])
            {
                Caption = "in percent: 100 where nothing has changed, 0 where the effect is gone; above 100 where it has grown",
            };
    }

    private Quantity Kept(string part, string place, int? block) =>
        EffectKept.Of(clean, triggered, At((part, place, block)));

    private List<double> At((string, string, int?) key) =>
        patched.TryGetValue(key, out List<double>? found) ? found : patched[key] = [];
}
