using Postern.Configuration;
using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Defences.TrainingRules;

/// <summary>
/// Anti-Backdoor Learning (Li et al. 2021; <c>docs/reference/defences.md 7</c>): the first epochs hold the loss up, so that only
/// triggers are learnt; the samples with the lowest loss are isolated; training goes on without them; the last epochs unlearn
/// them. Assumes that triggers are learnt faster than pictures. The rate is the recipe's throughout.
/// </summary>
/// <param name="LocalAscent">The loss of the first epochs: local gradient ascent rather than flooding.</param>
/// <param name="Level">b or gamma.</param>
/// <param name="Isolation">E1, epochs before samples are isolated.</param>
/// <param name="Share">Share of the samples that is isolated.</param>
/// <param name="Unlearning">E3, epochs at the end that unlearn them.</param>
internal sealed record Abl(bool LocalAscent, double Level, int Isolation, double Share, int Unlearning) : ITrainingRule
{
    private const string Isolated = "isolated", Ascends = "ascends", Before = "loss before";
    private const double Micro = 1e-6, MostLoss = 2;

    // An isolated sample whose true label has a chance below a fifth is unlearnt.
    private static readonly double Unlearnt = Math.Log(5);

    internal static DefenceEntry Entry { get; } = new("abl", "isolates what is learnt too fast, and unlearns it",
    [
        new("loss", OptionKind.Word, "flooding", "flooding: |l - b| + b; lga: sign(l - gamma) l, both of the batch's mean")
        {
            Allowed = ["flooding", "lga"],
        },
        new("level", OptionKind.Number, "0.5", "b or gamma, the loss that is held") { Min = 0 },
        new("isolation_epochs", OptionKind.Integer, "20", "epochs before samples are isolated") { Min = 1 },
        new("share", OptionKind.Number, "0.01", "share of the samples that is isolated") { Min = 0, Max = 1 },
        new("unlearning_epochs", OptionKind.Integer, "5", "epochs at the end that unlearn what was isolated") { Min = 0 },
    ],
        (choice, _) => new Defence
        {
            TrainingRule = new Abl(choice.Word("loss") == "lga", (double)choice.Number("level"),
                choice.Integer("isolation_epochs"),
                (double)choice.Number("share"), choice.Integer("unlearning_epochs")),
        })
    { Stages = _ => DefenceStages.Training };

    /// <inheritdoc/>
    public EpochSamples Choose(RuleEpoch epoch)
    {
        if (Isolation + Unlearning > epoch.Epochs)
        {
            throw new InputException("abl", FormattableString.Invariant(
                $"isolation_epochs {Isolation} and unlearning_epochs {Unlearning} are more than the {epoch.Epochs} epochs; lower them"));
        }
        RuleMemory memory = epoch.Memory;
        if (epoch.Epoch < Isolation) return EpochSamples.All;
        if (memory.Find(Isolated) is null) memory.Keep(Isolated, AblLoss.Isolated(epoch.Losses(), Share).Select(i => (long)i));
        HashSet<int> isolated = [.. memory.Find(Isolated)!.Select(i => (int)i)];
        HashSet<int> rest = [.. Enumerable.Range(0, epoch.Samples).Except(isolated)];
        bool ascends = epoch.Epoch >= epoch.Epochs - Unlearning && isolated.Count > 0 && !IsUnlearnt(epoch, isolated, rest);
        memory.Keep(Ascends, [ascends ? 1 : 0]);
        return new EpochSamples(ascends ? isolated : rest);
    }

    /// <inheritdoc/>
    public Tensor Loss(Tensor losses, RuleBatch batch) => batch.Epoch < Isolation
        ? LocalAscent ? AblLoss.LocalAscent(losses, Level) : AblLoss.Flooding(losses, Level)
        : batch.Memory.Find(Ascends) is [1] ? AblLoss.Ascent(losses) : losses.mean();

    /// <summary>
    /// Whether ascent must end, as it has no bottom: what was isolated is unlearnt, or the loss of the others has doubled.
    /// </summary>
    private static bool IsUnlearnt(RuleEpoch epoch, HashSet<int> isolated, HashSet<int> rest)
    {
        float[] losses = epoch.Losses();
        double others = rest.Count == 0 ? 0 : rest.Average(i => losses[i]);
        if (epoch.Memory.Find(Before) is null) epoch.Memory.Keep(Before, [(long)(others / Micro)]);
        return isolated.Average(i => losses[i]) > Unlearnt || others > MostLoss * epoch.Memory.Find(Before)![0] * Micro;
    }
}
