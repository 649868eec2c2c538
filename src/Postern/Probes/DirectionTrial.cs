using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>What becomes of pictures where a direction is taken away from what the classifier reads, or added to it.</summary>
/// <param name="model">The network.</param>
/// <param name="stream">Its stream.</param>
/// <param name="directions">The directions.</param>
/// <param name="target">The class that triggered pictures shall be taken for.</param>
internal sealed class DirectionTrial(Backbone model, BlockStream stream, StreamDirections directions, int target)
{
    private readonly List<bool> right = [], taken = [];
    private readonly Outcome[] blocks = [.. Enumerable.Range(0, stream.Count).Select(_ => new Outcome())];
    private readonly Outcome everywhere = new();

    /// <summary>Whether a direction can be taken out of the weights.</summary>
    private readonly bool hasWriters = model.StreamWriters.Count > 0;

    /// <summary>Tries some pictures.</summary>
    public void Try(Tensor clean, Tensor triggered, IReadOnlyList<int> labels, CancellationToken cancel)
    {
        right.AddRange(Right(clean));
        taken.AddRange(Taken(triggered));
        for (int i = 0; i < blocks.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            int block = i;
            Ablate(blocks[i], b => b == block);
            using (Add(directions.Trigger)) blocks[i].Added.AddRange(Taken(clean));
            using (Add(directions.Random)) blocks[i].AddedAtRandom.AddRange(Taken(clean));
            if (hasWriters) TakeFromWeights(blocks[i], directions.Trigger[i]);

            IDisposable Add(IReadOnlyList<Tensor> ways) =>
                stream.Change(b => b == block, (b, places) => places + stream.Readers(places) * ways[b]);
        }
        Ablate(everywhere, _ => true);

        void Ablate(Outcome outcome, Predicate<int> which)
        {
            using IDisposable ablating = stream.Change(which, (block, places) =>
            {
                Tensor unit = directions.Trigger[block] / directions.Trigger[block].norm().clamp_min(1e-30);  // [C]
                Tensor along = places.matmul(unit.unsqueeze(-1));                                             // [B, T, 1]
                return places - stream.Readers(places) * along * unit;
            });
            outcome.Right.AddRange(Right(clean));
            outcome.Taken.AddRange(Taken(triggered));
        }

        void TakeFromWeights(Outcome outcome, Tensor way)
        {
            using var without = new WeightAblation(model, way);
            outcome.RightByWeights.AddRange(Right(clean));
            outcome.TakenByWeights.AddRange(Taken(triggered));
        }

        IEnumerable<bool> Right(Tensor pictures)
        {
            using var scope = NewDisposeScope();
            return [.. model.forward(pictures).argmax(1).cpu().data<long>().ToArray()
                .Zip(labels, (answer, label) => answer == label)];
        }

        IEnumerable<bool> Taken(Tensor pictures)
        {
            using var scope = NewDisposeScope();
            return model.forward(pictures).TakenFor(target);
        }
    }

    /// <summary>What was found.</summary>
    public ProbeFinding Finding()
    {
        double[] places = [.. blocks.Select((_, i) => i + 1.0)];
        return new ProbeFinding(
        [
            new("acc", "accuracy on the clean pictures tried", Quantity.Of(PictureOutcomes.Share(right))),
            new("asr", "ASR of the network as it is", Quantity.Of(PictureOutcomes.Share(taken))),
            new("all-ablated-asr-change", "how ASR changes without the direction of every block", Asr(everywhere)),
            new("all-ablated-acc-change", "how accuracy changes without the direction of every block", Acc(everywhere)),
            .. blocks.SelectMany((outcome, i) => OfBlock(FormattableString.Invariant($"{i + 1}"), outcome)),
        ])
        {
            Tables =
            [
                new("The trigger's direction behind each block",
                    ["block", "length", "ASR without it", "change", "accuracy without it, change", "clean with it: ASR",
                        "with as much at random"],
                [
                    .. blocks.Select((outcome, i) => (IReadOnlyList<ProbeEntry>)
                    [
                        FormattableString.Invariant($"{i + 1}"), Quantity.Of(directions.Lengths[i], ProbeUnit.Share),
                        Quantity.Of(PictureOutcomes.Share(outcome.Taken)), Asr(outcome), Acc(outcome),
                        Quantity.Of(PictureOutcomes.Share(outcome.Added)),
                        Quantity.Of(PictureOutcomes.Share(outcome.AddedAtRandom)),
                    ]),
                    ["all", "", Quantity.Of(PictureOutcomes.Share(everywhere.Taken)), Asr(everywhere), Acc(everywhere), "", ""],
                ])
                {
                    Caption = "in percent, changes in points; the length as a share of what is read of clean pictures",
                },
                .. hasWriters ? new[] { OfWeights() } : [],
            ],
            Curves =
            [
                new("The trigger's direction taken away and added", "block", "ASR", ProbeUnit.Share,
                [
                    Line("triggered, without it", o => o.Taken), Line("clean, with it", o => o.Added),
                    Line("clean, with as much at random", o => o.AddedAtRandom),
                ]),
            ],
            Notes = [Where],
        };

        ProbeSeries Line(string name, Func<Outcome, List<bool>> of) =>
            ProbeSeries.Of(name, places, [.. blocks.Select(b => Quantity.Of(PictureOutcomes.Share(of(b))))]);
    }

    private ProbeTable OfWeights() => new("The direction of a block taken out of all weights",
        ["block", "ASR, change", "accuracy, change"],
        [
            .. blocks.Select((outcome, i) => (IReadOnlyList<ProbeEntry>)
                [FormattableString.Invariant($"{i + 1}"), AsrByWeights(outcome), AccByWeights(outcome)]),
        ])
    {
        Caption = "in points",
    };

    private string Where => stream.Reader is null ? "At all places of the map, whose mean the classifier reads"
        : "At the class token alone";

    private IEnumerable<ProbeNumber> OfBlock(string block, Outcome outcome) =>
    [
        new($"block-{block}-ablated-asr-change", $"how ASR changes without the direction of block {block}", Asr(outcome)),
        new($"block-{block}-ablated-acc-change", $"how accuracy changes without the direction of block {block}", Acc(outcome)),
        new($"block-{block}-added-asr", $"ASR of clean pictures with the direction of block {block}",
            Quantity.Of(PictureOutcomes.Share(outcome.Added))),
        new($"block-{block}-random-asr", $"ASR of clean pictures with as much at random in block {block}",
            Quantity.Of(PictureOutcomes.Share(outcome.AddedAtRandom))),
        .. hasWriters ? new ProbeNumber[]
        {
            new($"block-{block}-weights-asr-change",
                $"how ASR changes with the direction of block {block} taken out of all weights", AsrByWeights(outcome)),
            new($"block-{block}-weights-acc-change",
                $"how accuracy changes with the direction of block {block} taken out of all weights", AccByWeights(outcome)),
        } : [],
    ];

    private Quantity Asr(Outcome outcome) => Quantity.Of(PairedChange.Of(taken, outcome.Taken));

    private Quantity Acc(Outcome outcome) => Quantity.Of(PairedChange.Of(right, outcome.Right));

    private Quantity AsrByWeights(Outcome outcome) => Quantity.Of(PairedChange.Of(taken, outcome.TakenByWeights));

    private Quantity AccByWeights(Outcome outcome) => Quantity.Of(PairedChange.Of(right, outcome.RightByWeights));

    private sealed class Outcome
    {
        public List<bool> RightByWeights { get; } = [];
        public List<bool> TakenByWeights { get; } = [];
        public List<bool> Right { get; } = [];
        public List<bool> Taken { get; } = [];
        public List<bool> Added { get; } = [];
        public List<bool> AddedAtRandom { get; } = [];
    }
}
