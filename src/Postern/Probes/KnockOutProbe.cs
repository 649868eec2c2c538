using Postern.Attacks;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Models;

namespace Postern.Probes;

/// <summary>
/// Tests a Vim as it is and with each <see cref="KnockOut"/>, on the same clean and triggered pictures
/// (<c>docs/reference/probes.md 5</c>).
/// </summary>
public sealed class KnockOutProbe : Probe
{
    /// <inheritdoc/>
    public override string Name => "knock-outs";

    /// <inheritdoc/>
    public override string Summary => "ACC and ASR with a scan, the convolutions, the memory or the trigger's tokens cut out";

    /// <inheritdoc/>
    public override string Cost => "a pass over the pictures for each of 8 to 14 knock-outs";

    /// <inheritdoc/>
    protected override IReadOnlyList<OptionInfo> OwnOptions =>
    [
        new(AskedKnockOuts.Option, OptionKind.Word, "", "only these, apart by blanks: "
            + $"{AskedKnockOuts.Form}; tokens such as 3+8-11 or @trigger; empty for the usual ones"),
    ];

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoBackdoor(attack) ?? NoPlainVim(model);

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        (var model, Attack attack) = ((Vim)subject.Model, subject.Attack!);
        var trigger = TriggerTokens.Of(subject.Evaluator, attack, model.Grid);
        IReadOnlyList<KnockOut> all = AskedKnockOuts.Of(subject.Choice, trigger) ?? KnockOut.For(trigger);
        var outcomes = new PictureOutcomes(subject.Evaluator, attack, subject.Pictures);
        (bool[] right, bool[] taken) = outcomes.Now(cancel);
        var found = new List<Effect>();
        foreach (KnockOut cut in all)
        {
            progress((found.Count + 1.0) / (all.Count + 2));
            using IDisposable cutting = model.Intervene(cut.Change);
            (bool[] rightNow, bool[] takenNow) = outcomes.Now(cancel);
            found.Add(new Effect(cut, PictureOutcomes.Share(rightNow), PictureOutcomes.Share(takenNow),
                new Proportion(taken.Zip(takenNow).Count(p => p.First && p.Second), taken.Count(t => t)),
                PairedChange.Of(right, rightNow), PairedChange.Of(taken, takenNow)));
        }
        return Finding(trigger, PictureOutcomes.Share(right), PictureOutcomes.Share(taken), found);
    }

    private static ProbeFinding Finding(TriggerTokens trigger, Proportion acc, Proportion asr, List<Effect> found) => new(
    [
        new("acc", "ACC of the network as it is", Quantity.Of(acc)),
        new("asr", "ASR of the network as it is", Quantity.Of(asr)),
        .. found.SelectMany(e => new ProbeNumber[]
        {
            new($"{e.Cut.Name}-acc-change", $"how {e.Cut.Name} changes ACC", Quantity.Of(e.AccChange)),
            new($"{e.Cut.Name}-asr-change", $"how {e.Cut.Name} changes ASR", Quantity.Of(e.AsrChange)),
        }),
    ])
    {
        Tables =
        [
            new("What is cut out", ["knock-out", "what is cut", "ACC", "change", "ASR", "change", "kept"],
            [
                ["none", "", Quantity.Of(acc), "", Quantity.Of(asr), "", ""],
                .. found.Select(e => e.Row()),
            ])
            {
                Caption = "in percent; changes in points; kept: of the triggered pictures that were taken for the target, those "
                    + "that still are",
            },
        ],
        Notes = [trigger.Place],
    };

    private sealed record Effect(
        KnockOut Cut, Proportion Acc, Proportion Asr, Proportion Kept, PairedChange AccChange, PairedChange AsrChange)
    {
        public IReadOnlyList<ProbeEntry> Row() => [Cut.Name, Cut.Meaning, Quantity.Of(Acc), Quantity.Of(AccChange),
            Quantity.Of(Asr), Quantity.Of(AsrChange), Quantity.Of(Kept)];
    }
}
