using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Puts the stream behind some blocks back, at one token or region of a map at a time, and where the trigger is.
/// </summary>
/// <param name="model">The network.</param>
/// <param name="stream">Its stream.</param>
/// <param name="window">Blocks that are put back together.</param>
/// <param name="target">The target class.</param>
/// <param name="triggerPatches">In which patches, of a side and distance in pixels, the trigger is.</param>
/// <param name="size">Side of a picture in pixels.</param>
internal sealed class StreamTrace(
    Backbone model, BlockStream stream, int window, int target, Func<int, int, IReadOnlyList<int>> triggerPatches, int size)
{
    private readonly List<double> clean = [], triggered = [];
    private readonly Block[] blocks = [.. Enumerable.Range(0, stream.Count).Select(_ => new Block())];

    /// <summary>Pictures so far.</summary>
    public int Pictures => clean.Count;

    /// <summary>Adds some pictures that the trigger moves to the target.</summary>
    public void Add(Tensor without, Tensor with, IReadOnlyList<int> labels, CancellationToken cancel)
    {
        var before = new Tensor[stream.Count];
        using (stream.Watch((block, places) => before[block] = places))
            clean.AddRange(EffectKept.Lead(model.forward(without), target, labels));
        triggered.AddRange(Lead());
        for (int first = 0; first < blocks.Length; first++)
        {
            Block block = blocks[first];
            block.Sites ??= StreamSites.Of(model.Grid, (int)before[first].shape[1], size, triggerPatches);
            for (int site = 0; site < block.Sites.Count; site++)
            {
                cancel.ThrowIfCancellationRequested();
                block.At(site).AddRange(PutBack(first, [site]));
            }
            if (block.Sites.Trigger.Count > 0) block.Trigger.AddRange(PutBack(first, block.Sites.Trigger));
            if (block.Sites.Elsewhere.Count > 0) block.Elsewhere.AddRange(PutBack(first, block.Sites.Elsewhere));
        }

        double[] PutBack(int first, IReadOnlyList<int> sites)
        {
            // A window ends where the map's size changes.
            Tensor mask = blocks[first].Sites!.Mask(sites, before[first]);                               // [T, 1]
            using IDisposable change = stream.Change(
                block => block >= first && block < first + window && before[block].shape[1] == mask.shape[0],
                (block, places) => places * (1 - mask) + before[block] * mask);
            return Lead();
        }

        double[] Lead()
        {
            using DisposeScope scope = NewDisposeScope();
            return EffectKept.Lead(model.forward(with), target, labels);
        }
    }

    /// <summary>What was found.</summary>
    public ProbeFinding Finding()
    {
        if (Pictures == 0) return new ProbeFinding([]);
        (string Name, string Title, Func<Block, IReadOnlyList<double>?> Of)[] sets =
        [
            ("trigger", "the trigger's places", b => b.Trigger), ("elsewhere", "as many other places", b => b.Elsewhere),
            ("class-token", "the class token", b => stream.Reader is int reader ? b.At(reader) : null),
        ];
        sets = [.. sets.Where(s => s.Of(blocks[0]) is { Count: > 0 })];
        return new ProbeFinding([.. blocks.SelectMany((block, i) => sets.Select(set => new ProbeNumber(
            FormattableString.Invariant($"block-{i + 1}-{set.Name}-kept"),
            FormattableString.Invariant($"what is left of the effect with {set.Title} put back behind block {i + 1}"),
            Kept(set.Of(block)!))))])
        {
            Curves = sets.Length == 0 ? [] :
            [
                new("What is left of the trigger's effect where the stream is put back", "block", "left", ProbeUnit.Share,
                    [.. sets.Select(set => ProbeSeries.Of(set.Title, [.. blocks.Select((_, i) => i + 1.0)],
                        [.. blocks.Select(b => Kept(set.Of(b)!))]))]),
            ],
            Maps = [.. Maps()],
        };
    }

    private Quantity Kept(IReadOnlyList<double> patched) => EffectKept.Of(clean, triggered, patched);

    private IEnumerable<ProbeMap> Maps()
    {
        const string Title = "What is left of the trigger's effect with the stream put back";
        double[][] values =
            [.. blocks.Select(b => Enumerable.Range(0, b.Sites!.Count).Select(s => Kept(b.At(s)).Value).ToArray())];
        if (model.Grid is { } grid)
        {
            yield return ProbeMap.Of($"{Title}, by block and token", ProbeUnit.Share, grid.Tokens,
                [.. values.SelectMany(v => v)]) with
            {
                RowAxis = "block",
                ColumnAxis = "token",
            };
            yield break;
        }
        foreach ((int i, double[] map) in values.Index())
            yield return ProbeMap.Of(FormattableString.Invariant($"{Title} behind block {i + 1}"), ProbeUnit.Share,
                blocks[i].Sites!.Side, map);
    }

    private sealed class Block
    {
        private readonly Dictionary<int, List<double>> at = [];

        public StreamSites? Sites { get; set; }
        public List<double> Trigger { get; } = [];
        public List<double> Elsewhere { get; } = [];

        public List<double> At(int site) => at.TryGetValue(site, out List<double>? found) ? found : at[site] = [];
    }
}
