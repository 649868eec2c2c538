using MathNet.Numerics.Statistics;
using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Collects what a Vim's scans remember of pictures without and with a trigger. Both directions of a block count alike, but where
/// they are told apart.
/// </summary>
/// <param name="trigger">Where the trigger is.</param>
/// <param name="grid">Where tokens are in a picture.</param>
internal sealed class MemoryReadings(TriggerTokens trigger, PatchGrid grid)
{
    private static readonly TorchSharp.Scalar Ln2 = Math.Log(2);

    private readonly Both steps = new(), left = new(), radius = new(), halfLife = new(), influence = new();
    private readonly BlockRows movedForward = new(), movedBackward = new();

    /// <summary>The trigger's tokens; all patches' where it is in no patch alone.</summary>
    private readonly int[] place =
        trigger.IsLocal ? [.. trigger.Tokens] : [.. Enumerable.Range(0, grid.Patches).Select(grid.TokenOf)];

    private readonly int[] elsewhere = trigger.IsLocal ? [.. trigger.Elsewhere()] : [];

    private readonly int[] reader = [grid.ClassToken];

    /// <summary>Adds some pictures' scans in one block.</summary>
    /// <param name="block">Which.</param>
    /// <param name="clean">Both directions without the trigger.</param>
    /// <param name="triggered">Both directions with it.</param>
    /// <param name="withInfluence">Whether influence, which is dear, is looked at.</param>
    public void Add(int block, (ScanReading Forward, ScanReading Backward) clean,
        (ScanReading Forward, ScanReading Backward) triggered, bool withInfluence)
    {
        Each(steps, ScanMemory.DeltaMap);
        Each(radius, scan => ScanMemory.SpectralRadius(scan).mean([2L]));
        Each(halfLife, HalfLives);
        left.Clean.Add(block, Left(clean));
        left.Triggered.Add(block, Left(triggered));
        movedForward.Add(block, ScanMemory.StateDifference(clean.Forward, triggered.Forward));
        movedBackward.Add(block, ScanMemory.StateDifference(clean.Backward, triggered.Backward));
        if (withInfluence) Each(influence, InfluenceShares);

        void Each(Both both, Func<ScanReading, Tensor> of)
        {
            (Tensor forward, Tensor backward) = (of(clean.Forward), of(clean.Backward));
            both.Forward.Add(block, forward);
            both.Backward.Add(block, backward);
            both.Clean.Add(block, (forward + backward) / 2);
            both.Triggered.Add(block, (of(triggered.Forward) + of(triggered.Backward)) / 2);
        }
    }

    /// <summary>What was found.</summary>
    public ProbeFinding Finding() => new([.. Numbers()])
    {
        Tables = [Table(), TableOfDirections()],
        Curves =
        [
            Curve("How far the trigger moves the state after each token, as a share of the state", "difference", ProbeUnit.Share,
                ("from the first token on", movedForward), ("from the last token on", movedBackward)),
            Curve("What is left of each token's state when the class token reads it", "left", ProbeUnit.Share,
                ("clean", left.Clean), ("triggered", left.Triggered)),
        ],
        Maps = [.. Maps()],
        Notes = [trigger.IsLocal ? trigger.Place : "the trigger is in no patch alone: its place is all patches"],
    };

    private IEnumerable<ProbeNumber> Numbers()
    {
        foreach (ProbeNumber number in Pair("step", "step of the trigger's tokens", steps, ProbeUnit.Plain)) yield return number;
        foreach (ProbeNumber number in Pair("half-life", "median half-life at the trigger's tokens", halfLife, ProbeUnit.Tokens))
            yield return number;
        yield return Alone("step-forward", "step of all tokens in the scan from the first on", steps.Forward, ProbeUnit.Plain);
        yield return Alone("step-backward", "step of all tokens in the scan from the last on", steps.Backward, ProbeUnit.Plain);
        yield return Alone("half-life-forward", "median half-life in the scan from the first token on", halfLife.Forward,
            ProbeUnit.Tokens);
        yield return Alone("half-life-backward", "median half-life in the scan from the last token on", halfLife.Backward,
            ProbeUnit.Tokens);
        foreach (ProbeNumber number in Pair("radius", "largest decay factor at the trigger's tokens", radius, ProbeUnit.Share))
            yield return number;
        foreach (ProbeNumber number in Pair("left", "what is left of the trigger's tokens at the class token", left,
            ProbeUnit.Share)) yield return number;
        if (trigger.IsLocal)
            foreach (ProbeNumber number in Pair("influence", "the trigger's tokens' mean share in all that is read later",
                influence, ProbeUnit.Share)) yield return number;
        yield return new("state-difference-trigger", "how far the state is moved after the trigger's tokens",
            Quantity.MeanOf(Directions(rows => rows.At(place)), ProbeUnit.Share));
        yield return new("state-difference-class-token", "how far the state is moved that the class token reads",
            Quantity.MeanOf(Directions(rows => rows.At(reader)), ProbeUnit.Share));
        yield return new("state-difference-trend", "correlation of how far the state is moved with the tokens scanned",
            Quantity.MeanOf(movedForward.Each(row => Trend(row))
                .Zip(movedBackward.Each(row => -Trend(row)), (f, b) => (f + b) / 2),
                ProbeUnit.Difference));
    }

    private IEnumerable<ProbeNumber> Pair(string name, string title, Both rows, ProbeUnit unit)
    {
        yield return new($"{name}-clean", $"{title}, without it", Quantity.MeanOf(rows.Clean.At(place), unit));
        yield return new($"{name}-triggered", $"{title}, with it", Quantity.MeanOf(rows.Triggered.At(place), unit));
        yield return new($"{name}-change", $"{title}: the change", Change(rows.Clean.At(place), rows.Triggered.At(place), unit));
        if (elsewhere.Length > 0)
            yield return new($"elsewhere-{name}-change", $"{title}: the change at as many other tokens",
                Change(rows.Clean.At(elsewhere), rows.Triggered.At(elsewhere), unit));
    }

    private ProbeTable Table()
    {
        List<(string Head, Func<int, Quantity> Of)> columns =
        [
            ("step, clean", b => Quantity.MeanOf(steps.Clean.At(b, place))),
            ("triggered", b => Quantity.MeanOf(steps.Triggered.At(b, place))),
            ("half-life, clean", b => Quantity.MeanOf(halfLife.Clean.At(b, place), ProbeUnit.Tokens)),
            ("triggered", b => Quantity.MeanOf(halfLife.Triggered.At(b, place), ProbeUnit.Tokens)),
            ("left at the class token", b => Quantity.MeanOf(left.Triggered.At(b, place), ProbeUnit.Share)),
            ("state moved, at the trigger", b => Moved(b, place)),
            ("at the class token", b => Moved(b, reader)),
        ];
        return new ProbeTable("What is remembered of the trigger's tokens", ["block", .. columns.Select(c => c.Head)],
            [.. Enumerable.Range(0, steps.Clean.Count).Select(b => (IReadOnlyList<ProbeEntry>)
                [FormattableString.Invariant($"{b + 1}"), .. columns.Select(c => (ProbeEntry)c.Of(b))])])
        {
            Caption = "half-lives in tokens, the median of channels and states; left and moved in percent",
        };

        Quantity Moved(int block, int[] tokens) => Quantity.MeanOf(
            movedForward.At(block, tokens).Zip(movedBackward.At(block, tokens), (f, b) => (f + b) / 2), ProbeUnit.Share);
    }

    private ProbeTable TableOfDirections() => new("What each scan remembers of any token, without the trigger",
        ["block", "step, from the first token on", "half-life", "step, from the last token on", "half-life"],
        [.. Enumerable.Range(0, steps.Clean.Count).Select(b => (IReadOnlyList<ProbeEntry>)
        [
            FormattableString.Invariant($"{b + 1}"),
            Quantity.MeanOf(steps.Forward.At(b, All)), Quantity.MeanOf(halfLife.Forward.At(b, All), ProbeUnit.Tokens),
            Quantity.MeanOf(steps.Backward.At(b, All)), Quantity.MeanOf(halfLife.Backward.At(b, All), ProbeUnit.Tokens),
        ])])
    {
        Caption = "half-lives in tokens, the median of channels and states",
    };

    private int[] All => [.. Enumerable.Range(0, grid.Tokens)];

    private ProbeNumber Alone(string name, string title, BlockRows rows, ProbeUnit unit) =>
        new(name, title, Quantity.MeanOf(rows.At(All), unit));

    private static ProbeCurve Curve(
        string title, string y, ProbeUnit unit, params (string Name, BlockRows Rows)[] lines) => new(title, "token", y, unit,
        [.. lines.Select(line =>
        {
            IReadOnlyList<double[]> pictures = line.Rows.OverBlocks();
            int[] tokens = [.. Enumerable.Range(0, pictures[0].Length)];
            return ProbeSeries.Of(line.Name, [.. tokens.Select(t => (double)t)],
                [.. tokens.Select(t => Quantity.MeanOf(pictures.Select(row => row[t]), unit))]);
        })]);

    private IEnumerable<ProbeMap> Maps()
    {
        yield return GridMap.Of("Steps without the trigger, mean of pictures and blocks", ProbeUnit.Plain, grid,
            steps.Clean.Mean());
        yield return GridMap.Of("Steps with the trigger", ProbeUnit.Plain, grid, steps.Triggered.Mean());
        yield return Diverging(GridMap.Of("What the trigger changes of the steps", ProbeUnit.Difference, grid, Changed(steps)));
        yield return Diverging(GridMap.Of("What the trigger changes of the largest decay factor", ProbeUnit.Change, grid,
            Changed(radius)));
        yield return Diverging(GridMap.Of("What the trigger changes of each token's share in all that is read later",
            ProbeUnit.Change, grid, Changed(influence)));
        yield return Diverging(ProbeMap.Of("What the trigger changes of the steps, by block and token", ProbeUnit.Difference,
            grid.Tokens, [.. Enumerable.Range(0, steps.Clean.Count).SelectMany(b =>
                BlockRows.Difference(steps.Clean.Mean(b), steps.Triggered.Mean(b)))]) with
        {
            RowAxis = "block",
            ColumnAxis = "token",
        });

        static ProbeMap Diverging(ProbeMap map) => map with { IsDiverging = true };

        static double[] Changed(Both rows) => BlockRows.Difference(rows.Clean.Mean(), rows.Triggered.Mean());
    }

    private IEnumerable<double> Directions(Func<BlockRows, double[]> of) =>
        of(movedForward).Zip(of(movedBackward), (f, b) => (f + b) / 2);

    private static Quantity Change(double[] before, double[] after, ProbeUnit unit) => Quantity.MeanOf(
        BlockRows.Difference(before, after), unit == ProbeUnit.Share ? ProbeUnit.Change : ProbeUnit.Difference);

    /// <summary>Correlation with the place of a token; none where nothing differs along the row.</summary>
    private static double Trend(double[] row) =>
        Correlation.Pearson(row, [.. Enumerable.Range(0, row.Length).Select(i => (double)i)]);

    /// <summary>What each direction leaves of the tokens that it passes before the class token, [B, L].</summary>
    private Tensor Left((ScanReading Forward, ScanReading Backward) scans)
    {
        Tensor after = ScanMemory.Decay(scans.Backward, grid.ClassToken);                            // [B, L - m], of m first
        return cat([ScanMemory.Decay(scans.Forward, grid.ClassToken), after.narrow(1, 1, after.shape[1] - 1)], 1);
    }

    /// <summary>The median of channels and states at each token, [B, L]; a token at a time, since it is large.</summary>
    private static Tensor HalfLives(ScanReading scan)
    {
        Tensor decay = scan.A.abs(), delta = scan.Delta;
        // ln 2 / (Δ |A|) falls with Δ |A|, so that its median is that of the median rate.
        return stack([.. Enumerable.Range(0, (int)delta.shape[1]).Select(t =>
            Median((delta.select(1, t).unsqueeze(-1) * decay).flatten(1)))], 1).reciprocal() * Ln2;
    }

    /// <summary>Of each row, [B]: the middle one, or the lower of the two.</summary>
    private static Tensor Median(Tensor rows) => rows.kthvalue((rows.shape[1] + 1) / 2, 1).values;

    /// <summary>Each token's share in the influence of all, mean of channels, [B, L].</summary>
    private static Tensor InfluenceShares(ScanReading scan)
    {
        Tensor mean = ScanMemory.Influence(scan).mean([2L]);
        return mean / mean.sum([1L], keepdim: true);
    }

    private sealed class Both
    {
        public BlockRows Clean { get; } = new();
        public BlockRows Triggered { get; } = new();

        // Each direction's own, without the trigger.
        public BlockRows Forward { get; } = new();
        public BlockRows Backward { get; } = new();
    }
}
