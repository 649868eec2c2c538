using MathNet.Numerics.Statistics;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// How long each token's vector is in the stream behind each block, as a multiple of the median token's, without and with the
/// trigger (<c>docs/reference/probes.md 2</c>): a Vim keeps tokens of background that are far longer than others.
/// </summary>
public sealed class TokenNormsProbe : Probe
{
    private const int Batch = 32;

    /// <inheritdoc/>
    public override string Name => "token-norms";

    /// <inheritdoc/>
    public override string Summary => "how much longer some tokens are than the median one, and whether the trigger's are";

    /// <inheritdoc/>
    public override string Cost => "two passes over the pictures";

    /// <inheritdoc/>
    public override string Source => "Wang et al. 2024 (Mamba-R); Postern";

    /// <inheritdoc/>
    protected override int UsualPictures => 200;

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoPairs(attack)
        ?? (model.EntryAs<ModelEntry>().Family is "vim" or "deit" ? null : "its network has maps in the place of tokens");

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        (Attack attack, PatchGrid grid) = (subject.Attack!, subject.Model.Grid!);
        var stream = new BlockStream(subject.Model);
        var pairs = new PicturePairs(subject, Batch);
        (Norms clean, Norms triggered) = (new(), new());
        int done = 0;
        using var noGrad = no_grad();
        foreach ((Tensor without, Tensor with) in pairs.Read(cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            Pass(without, clean);
            Pass(with, triggered);
            done += (int)without.shape[0];
            progress((double)done / pairs.Order.Count);
        }
        return Finding(clean, triggered, TriggerTokens.Of(subject.Evaluator, attack, grid), grid);

        void Pass(Tensor pictures, Norms seen)
        {
            using IDisposable watching = stream.Watch((block, tokens) => // [B, L, D]
                seen.Add(block, tokens.square().sum([2L]).sqrt()));
            subject.Model.forward(pictures);
        }
    }

    private static ProbeFinding Finding(Norms clean, Norms triggered, TriggerTokens trigger, PatchGrid grid)
    {
        int[] elsewhere = trigger.IsLocal ? [.. trigger.Elsewhere()] : [];
        return new ProbeFinding([.. Numbers()])
        {
            Tables = [Table()],
            Curves = [Curve()],
            Maps =
            [
                GridMap.Of("Lengths without the trigger, in medians, mean of pictures and blocks", ProbeUnit.Plain, grid,
                    clean.Multiples.Mean()),
                GridMap.Of("What the trigger changes of the lengths", ProbeUnit.Difference, grid,
                    BlockRows.Difference(clean.Multiples.Mean(), triggered.Multiples.Mean())) with { IsDiverging = true },
            ],
            Notes = [trigger.IsLocal ? trigger.Place : "the trigger is in no patch alone: its tokens have no length of their own"],
        };

        IEnumerable<ProbeNumber> Numbers()
        {
            yield return new("largest-clean", "the longest token, in medians, without the trigger",
                Quantity.MeanOf(clean.Multiples.Each(row => row.Max())));
            yield return new("largest-triggered", "the same with the trigger",
                Quantity.MeanOf(triggered.Multiples.Each(row => row.Max())));
            yield return new("largest-change", "how the trigger changes it", Change(clean.Multiples.Each(row => row.Max()),
                triggered.Multiples.Each(row => row.Max())));
            if (!trigger.IsLocal) yield break;
            yield return new("trigger-clean", "the trigger's tokens, in medians, without it",
                Quantity.MeanOf(clean.Multiples.At(trigger.Tokens)));
            yield return new("trigger-triggered", "the same with it", Quantity.MeanOf(triggered.Multiples.At(trigger.Tokens)));
            yield return new("trigger-change", "how the trigger changes it",
                Change(clean.Multiples.At(trigger.Tokens), triggered.Multiples.At(trigger.Tokens)));
            yield return new("elsewhere-change", "how it changes as many other tokens",
                Change(clean.Multiples.At(elsewhere), triggered.Multiples.At(elsewhere)));
        }

        ProbeTable Table()
        {
            List<(string Head, Func<int, Quantity> Of)> columns =
            [
                ("median length, clean", b => Quantity.MeanOf(clean.Medians[b])),
                ("triggered", b => Quantity.MeanOf(triggered.Medians[b])),
                ("longest, clean", b => Quantity.MeanOf(clean.Multiples.EachOf(b, row => row.Max()))),
                ("triggered", b => Quantity.MeanOf(triggered.Multiples.EachOf(b, row => row.Max()))),
            ];
            if (trigger.IsLocal)
                columns.AddRange(
                [
                    ("the trigger's, clean", b => Quantity.MeanOf(clean.Multiples.At(b, trigger.Tokens))),
                    ("triggered", b => Quantity.MeanOf(triggered.Multiples.At(b, trigger.Tokens))),
                ]);
            return new ProbeTable("Lengths of tokens behind each block", ["block", .. columns.Select(c => c.Head)],
                [.. Enumerable.Range(0, clean.Multiples.Count).Select(b => (IReadOnlyList<ProbeEntry>)
                    [FormattableString.Invariant($"{b + 1}"), .. columns.Select(c => (ProbeEntry)c.Of(b))])])
            {
                Caption = "all but the median lengths are multiples of the median token's of the same picture",
            };
        }

        ProbeCurve Curve()
        {
            int[] blocks = [.. Enumerable.Range(0, clean.Multiples.Count)];
            List<(string Name, Func<int, double[]> Of)> lines =
            [
                ("longest, clean", b => clean.Multiples.EachOf(b, row => row.Max())),
                ("longest, triggered", b => triggered.Multiples.EachOf(b, row => row.Max())),
            ];
            if (trigger.IsLocal) lines.Add(("the trigger's, triggered", b => triggered.Multiples.At(b, trigger.Tokens)));
            return new ProbeCurve("Lengths by block, in medians", "block", "length", ProbeUnit.Plain,
                [.. lines.Select(line => ProbeSeries.Of(line.Name, [.. blocks.Select(b => b + 1.0)],
                    [.. blocks.Select(b => Quantity.MeanOf(line.Of(b)))]))]);
        }

        static Quantity Change(double[] before, double[] after) =>
            Quantity.MeanOf(BlockRows.Difference(before, after), ProbeUnit.Difference);
    }

    /// <summary>Lengths of each picture's tokens in each block.</summary>
    private sealed class Norms
    {
        /// <summary>As multiples of the median one.</summary>
        public BlockRows Multiples { get; } = new();

        /// <summary>The median of each picture, by block.</summary>
        public List<List<double>> Medians { get; } = [];

        /// <summary>Adds some pictures' lengths, [B, L].</summary>
        public void Add(int block, Tensor lengths)
        {
            while (Medians.Count <= block) Medians.Add([]);
            double[] medians = [.. lengths.Doubles().Chunk((int)lengths.shape[1]).Select(row => row.Median())];
            Medians[block].AddRange(medians);
            Multiples.Add(block, lengths.to(ScalarType.Float64).cpu() / tensor(medians).unsqueeze(1));
        }
    }
}
