using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Collects what the class token takes in of pictures without and with a trigger, and says which share the trigger has.
/// </summary>
/// <param name="trigger">Where it is.</param>
internal sealed class TriggerShares(TriggerTokens trigger)
{
    private const string CleanName = "clean", TriggeredName = "triggered";

    private readonly List<bool> taken = [];
    private readonly List<Block> blocks = [];

    /// <summary>Pictures so far.</summary>
    public int Count => taken.Count;

    /// <summary>Adds some pictures.</summary>
    /// <param name="without">What is taken in of them in each block without the trigger.</param>
    /// <param name="with">The same with it.</param>
    /// <param name="takenForTarget">Whether the trigger works on each.</param>
    public void Add(
        IReadOnlyList<ClassTokenIntake> without, IReadOnlyList<ClassTokenIntake> with, IReadOnlyList<bool> takenForTarget)
    {
        while (blocks.Count < with.Count) blocks.Add(new Block());
        for (int i = 0; i < blocks.Count; i++) blocks[i].Add(without[i], with[i]);
        taken.AddRange(takenForTarget);
    }

    /// <summary>What was found.</summary>
    public ProbeFinding Finding(PatchGrid grid, PicturePairs pairs) => new([.. trigger.IsLocal ? Shares() : [], .. Reach(grid)])
    {
        Tables = trigger.IsLocal ? [Table()] : [],
        Curves = trigger.IsLocal ? [Curve()] : [],
        Maps = [.. Maps(grid, pairs)],
        Notes = [trigger.IsLocal ? trigger.Place : "the trigger is in no patch alone: it has no share of its own"],
    };

    private bool HasState => blocks.Any(b => b.StateClean.Count > 0);

    private IReadOnlyList<int> Elsewhere => field ??= trigger.Elsewhere();

    private IEnumerable<ProbeNumber> Shares()
    {
        double[] clean = OverBlocks(b => b.Of(b.Clean, trigger.Tokens)),
            triggered = OverBlocks(b => b.Of(b.Triggered, trigger.Tokens));
        yield return Number("share-clean", "the place's share without the trigger", Share(clean));
        yield return Number("share-triggered", "the trigger's share", Share(triggered));
        yield return Number("share-change", "how the trigger changes its place's share", Change(clean, triggered));
        yield return Number("elsewhere-share-change", "how it changes the share of as many other tokens",
            Change(OverBlocks(b => b.Of(b.Clean, Elsewhere)), OverBlocks(b => b.Of(b.Triggered, Elsewhere))));
        yield return Number("share-successful", "the trigger's share where it works", Share(Where(triggered, true)));
        yield return Number("share-failed", "the trigger's share where it fails", Share(Where(triggered, false)));
        if (HasState)
        {
            yield return Number("state-share-change", "how the trigger changes its place's share in what the state carries",
                Change(OverBlocks(b => b.Of(b.StateClean, trigger.Tokens)),
                    OverBlocks(b => b.Of(b.StateTriggered, trigger.Tokens))));
            yield return Number("convolution-share-change",
                "how the trigger changes its place's share in what the convolution carries",
                Change(OverBlocks(b => b.Of(b.ConvolutionClean, trigger.Tokens)),
                    OverBlocks(b => b.Of(b.ConvolutionTriggered, trigger.Tokens))));
        }
        foreach ((int i, Block block) in blocks.Index())
            yield return Number(FormattableString.Invariant($"block-{i + 1}-share-change"),
                FormattableString.Invariant($"how the trigger changes its place's share in block {i + 1}"),
                Change(block.Of(block.Clean, trigger.Tokens), block.Of(block.Triggered, trigger.Tokens)));
    }

    /// <summary>How far away is what the class token takes in, where tokens have an order.</summary>
    private IEnumerable<ProbeNumber> Reach(PatchGrid grid)
    {
        if (!HasState) yield break;
        double[] clean = OverBlocks(b => Distances(b.Clean)), triggered = OverBlocks(b => Distances(b.Triggered));
        yield return Number("reach-clean", "mean distance of what the class token takes in, without the trigger",
            Quantity.MeanOf(clean, ProbeUnit.Tokens));
        yield return Number("reach-triggered", "the same with the trigger", Quantity.MeanOf(triggered, ProbeUnit.Tokens));
        yield return Number("reach-change", "how the trigger changes it",
            Quantity.MeanOf(triggered.Zip(clean, (a, b) => a - b), ProbeUnit.Difference));

        double[] Distances(List<double[]> rows) =>
            [.. rows.Select(row => row.Select((share, token) => share * Math.Abs(token - grid.ClassToken)).Sum())];
    }

    private ProbeTable Table()
    {
        List<(string Head, Func<Block, Quantity> Of)> columns =
        [
            (CleanName, b => Share(b.Of(b.Clean, trigger.Tokens))),
            (TriggeredName, b => Share(b.Of(b.Triggered, trigger.Tokens))),
            ("change", b => Change(b.Of(b.Clean, trigger.Tokens), b.Of(b.Triggered, trigger.Tokens))),
            ("elsewhere", b => Change(b.Of(b.Clean, Elsewhere), b.Of(b.Triggered, Elsewhere))),
            ("where it works", b => Share(Where(b.Of(b.Triggered, trigger.Tokens), true))),
            ("where it fails", b => Share(Where(b.Of(b.Triggered, trigger.Tokens), false))),
        ];
        if (HasState)
            columns.AddRange(
            [
                ("by the state", b => Change(b.Of(b.StateClean, trigger.Tokens), b.Of(b.StateTriggered, trigger.Tokens))),
                ("by the convolution",
                    b => Change(b.Of(b.ConvolutionClean, trigger.Tokens), b.Of(b.ConvolutionTriggered, trigger.Tokens))),
            ]);
        return new ProbeTable("The share of the trigger's tokens in what the class token takes in",
            ["block", .. columns.Select(c => c.Head)],
            [.. blocks.Select((block, i) => (IReadOnlyList<ProbeEntry>)
                [FormattableString.Invariant($"{i + 1}"), .. columns.Select(c => (ProbeEntry)c.Of(block))])])
        {
            Caption = "in percent, changes in points; elsewhere: the change at as many tokens that the trigger is not in"
                + (HasState ? "; by the state, by the convolution: the change of the share in what goes that way alone" : ""),
        };
    }

    private ProbeCurve Curve()
    {
        double[] places = [.. blocks.Select((_, i) => i + 1.0)];
        return new ProbeCurve("The share of the trigger's tokens by block", "block", "share", ProbeUnit.Share,
        [
            Line(CleanName, b => b.Of(b.Clean, trigger.Tokens)),
            Line(TriggeredName, b => b.Of(b.Triggered, trigger.Tokens)),
            Line("triggered, elsewhere", b => b.Of(b.Triggered, Elsewhere)),
        ]);

        ProbeSeries Line(string name, Func<Block, double[]> shares) =>
            ProbeSeries.Of(name, places, [.. blocks.Select(b => Share(shares(b)))]);
    }

    private IEnumerable<ProbeMap> Maps(PatchGrid grid, PicturePairs pairs)
    {
        // A picture on which it works, where there is one.
        int shown = Math.Max(0, taken.IndexOf(true));
        yield return GridMap.Of("What the class token takes in of a triggered picture, mean of the blocks", ProbeUnit.Share, grid,
            BlockRows.MeanOf([.. blocks.Select(b => b.Triggered[shown])]), pairs.PictureOf(shown));
        yield return GridMap.Of("What the trigger changes of what the class token takes in, mean of pictures and blocks",
            ProbeUnit.Change, grid, BlockRows.MeanOf([.. blocks.Select(b => Difference(b))])) with
        {
            IsDiverging = true,
        };
        yield return ProbeMap.Of("What the trigger changes of what the class token takes in, by block and token",
            ProbeUnit.Change, trigger.Count, [.. blocks.SelectMany(Difference)]) with
        {
            IsDiverging = true,
            RowAxis = "block",
            ColumnAxis = "token",
        };

        static double[] Difference(Block block) =>
            BlockRows.Difference(BlockRows.MeanOf(block.Clean), BlockRows.MeanOf(block.Triggered));
    }

    /// <summary>For each picture the mean of all blocks.</summary>
    private double[] OverBlocks(Func<Block, double[]> values) => BlockRows.MeanOf([.. blocks.Select(values)]);

    private IEnumerable<double> Where(double[] values, bool works) => values.Where((_, picture) => taken[picture] == works);

    private static Quantity Share(IEnumerable<double> values) => Quantity.MeanOf(values, ProbeUnit.Share);

    private static Quantity Change(double[] before, double[] after) =>
        Quantity.MeanOf(BlockRows.Difference(before, after), ProbeUnit.Change);

    private static ProbeNumber Number(string name, string title, Quantity value) => new(name, title, value);

    /// <summary>What is taken in in one block: for each picture a row of shares, one for each token.</summary>
    private sealed class Block
    {
        public List<double[]> Clean { get; } = [];
        public List<double[]> Triggered { get; } = [];
        public List<double[]> StateClean { get; } = [];
        public List<double[]> StateTriggered { get; } = [];
        public List<double[]> ConvolutionClean { get; } = [];
        public List<double[]> ConvolutionTriggered { get; } = [];

        public void Add(ClassTokenIntake without, ClassTokenIntake with)
        {
            Add(Clean, without.Whole);
            Add(Triggered, with.Whole);
            Add(StateClean, without.State);
            Add(StateTriggered, with.State);
            Add(ConvolutionClean, without.Convolution);
            Add(ConvolutionTriggered, with.Convolution);
        }

        /// <summary>The share of some tokens for each picture.</summary>
        public double[] Of(List<double[]> rows, IReadOnlyList<int> tokens) => [.. rows.Select(row => tokens.Sum(t => row[t]))];

        private static void Add(List<double[]> rows, Tensor? some)
        {
            if (some is null) return;
            rows.AddRange((some / some.sum([1L], keepdim: true)).Doubles().Chunk((int)some.shape[1]));
        }
    }
}
