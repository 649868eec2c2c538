using Postern.Configuration;
using Postern.Defences.TrainingRules;
using Postern.Models;
using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>
/// ABL's isolation by itself (Li et al. 2021; <c>docs/reference/defences.md 7</c>): a network of its own is trained for a few
/// epochs with the loss held up; the samples with the lowest loss are removed.
/// </summary>
/// <param name="LocalAscent">Local gradient ascent rather than flooding.</param>
/// <param name="Level">b or gamma.</param>
/// <param name="Epochs">Epochs before samples are isolated.</param>
/// <param name="Share">Share of the samples that is removed.</param>
internal sealed record AblIsolation(bool LocalAscent, double Level, int Epochs, double Share) : ITrainingFilter
{
    internal static DefenceEntry Entry { get; } = FilterEntry.Of("abl-isolation", "removes what is learnt too fast",
        [
            new("loss", OptionKind.Word, "flooding", "flooding or lga, as in abl") { Allowed = ["flooding", "lga"] },
            new("level", OptionKind.Number, "0.5", "the loss that is held") { Min = 0 },
            new("isolation_epochs", OptionKind.Integer, "5", "epochs before samples are isolated") { Min = 1 },
            new("share", OptionKind.Number, "0.01", "share of the samples that is removed") { Min = 0, Max = 1 },
        ],
        choice => new AblIsolation(choice.Word("loss") == "lga", (double)choice.Number("level"),
            choice.Integer("isolation_epochs"),
            (double)choice.Number("share")));

    /// <inheritdoc/>
    public FilterVerdict Filter(FilterInputs given)
    {
        using Backbone learner = given.Another();
        using var trainer = new Trainer(learner, given.Recipe, given.Seed, new HeldLoss(LocalAscent, Level));
        while (trainer.Epoch < Epochs)
        {
            trainer.RunEpoch(given.Augmented, cancel: given.Cancel);
            given.Progress(trainer.Epoch / (double)Epochs);
        }
        float[] losses = RuledEpoch.Losses(learner, given.Augmented, given.Seed, Epochs, given.Cancel);
        return new FilterVerdict([.. AblLoss.Isolated(losses, Share).Order()], null);
    }

    private sealed class HeldLoss(bool localAscent, double level) : ITrainingRule
    {
        public EpochSamples Choose(RuleEpoch epoch) => EpochSamples.All;

        public Tensor Loss(Tensor losses, RuleBatch batch) =>
            localAscent ? AblLoss.LocalAscent(losses, level) : AblLoss.Flooding(losses, level);
    }
}
