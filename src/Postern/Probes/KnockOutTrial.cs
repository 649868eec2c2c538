using Postern.Attacks;
using Postern.Evaluation;
using Postern.Models;

namespace Postern.Probes;

/// <summary>
/// Tests a Vim as it is and with each <see cref="KnockOut"/>, on the same clean and triggered pictures. All of it is computed in
/// float32, without what a defence does to test pictures.
/// </summary>
/// <param name="Evaluator">Has the pictures and the network.</param>
/// <param name="Model">The network; without controls.</param>
/// <param name="Attack">Whose backdoor it has.</param>
/// <param name="Pictures">How many clean and how many triggered test pictures, every class at its share; 0 for all.</param>
public sealed record KnockOutTrial(Evaluator Evaluator, Vim Model, Attack Attack, int Pictures)
{
    /// <summary>Why a network cannot be tried; null where it can.</summary>
    public static string? Unfit(Backbone model) => model switch
    {
        Vim { Config.Controls: var controls } when controls != new VimControls() =>
            "its network has one of the options that change a Vim, and is changed already",
        Vim => null,
        _ => "its network is no Vim, and has no scans to change",
    };

    /// <summary>Tries them.</summary>
    /// <param name="progress">Hears which share is done.</param>
    /// <param name="cancel">Stops it between two.</param>
    public KnockOutResult Run(Action<double>? progress = null, CancellationToken cancel = default)
    {
        Precision before = Model.Precision;
        Model.Precision = Precision.Float32;
        try
        {
            var trigger = TriggerTokens.Of(Evaluator, Attack, Model);
            IReadOnlyList<KnockOut> all = KnockOut.For(trigger);
            (bool[] right, bool[] taken) = Outcomes(cancel);
            var rows = new List<KnockOutRow>();
            foreach (KnockOut cut in all)
            {
                progress?.Invoke((rows.Count + 1.0) / (all.Count + 2));
                using IDisposable cutting = Model.Intervene(cut.Change);
                (bool[] rightNow, bool[] takenNow) = Outcomes(cancel);
                rows.Add(new KnockOutRow(cut.Name, cut.Meaning, cut.ControlOf, cut.Tokens, Share(rightNow), Share(takenNow),
                    new Proportion(taken.Zip(takenNow).Count(p => p.First && p.Second), taken.Count(t => t)),
                    PairedChange.Of(right, rightNow), PairedChange.Of(taken, takenNow)));
            }
            progress?.Invoke(1);
            return new KnockOutResult(trigger, Share(right), Share(taken), rows);
        }
        finally
        {
            Model.Precision = before;
        }
    }

    /// <summary>Whether each clean picture is classified rightly, and each triggered one taken for the target.</summary>
    private (bool[] Right, bool[] Taken) Outcomes(CancellationToken cancel)
    {
        IReadOnlyList<int> clean = Evaluator.Order(null, Pictures), triggered = Evaluator.Order(Attack, Pictures);
        IReadOnlyList<int> labels = Evaluator.LabelsOf(null);
        int[] answers = Evaluator.Stream((null, clean), (Attack, triggered)).Predict(Model, pass: 0, cancel: cancel);
        return ([.. clean.Select((picture, i) => answers[i] == labels[picture])],
            [.. answers.Skip(clean.Count).Select(answer => answer == Attack.TargetClass)]);
    }

    private static Proportion Share(bool[] outcomes) => new(outcomes.Count(o => o), outcomes.Length);
}

/// <summary>What was found.</summary>
/// <param name="Trigger">Where the trigger is.</param>
/// <param name="Acc">ACC of the network as it is, on the pictures of the trial.</param>
/// <param name="Asr">ASR of the network as it is.</param>
/// <param name="Rows">A row for each knock-out.</param>
public sealed record KnockOutResult(TriggerTokens Trigger, Proportion Acc, Proportion Asr, IReadOnlyList<KnockOutRow> Rows);

/// <summary>What a knock-out does.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What is cut.</param>
/// <param name="ControlOf">The knock-out that it is the comparison of; null for none.</param>
/// <param name="Tokens">The tokens that are meant; none where all are.</param>
/// <param name="Acc">ACC with it.</param>
/// <param name="Asr">ASR with it.</param>
/// <param name="Kept">The triggered pictures that were taken for the target without it, and how many of them still are.</param>
/// <param name="AccChange">How ACC changes.</param>
/// <param name="AsrChange">How ASR changes.</param>
public sealed record KnockOutRow(
    string Name, string Meaning, string? ControlOf, IReadOnlyList<int> Tokens, Proportion Acc, Proportion Asr, Proportion Kept,
    PairedChange AccChange, PairedChange AsrChange);
