using Postern.Attacks;
using Postern.Evaluation;
using Postern.Models.Checkpoints;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Studies;

/// <summary>
/// Tunes repaired weights, and those of a clean model that was repaired alike, with a few poisoned pictures, and measures ASR
/// before and after (<c>docs/reference/defences.md 20</c>).
/// </summary>
/// <param name="cell">The cell.</param>
/// <param name="floor">What repaired the clean model.</param>
internal sealed class CellRetuning(OpenCell cell, RepairTask floor)
{
    private const int Epochs = 5, BatchSize = 128;

    // The published rate for SGD, and one of AdamW for models that it was not published for.
    private const double SgdRate = 0.01, AdamRate = 3e-4;

    /// <summary>Measures; the model has the repaired weights afterwards.</summary>
    public RetuningResult Run(CancellationToken cancel)
    {
        Attack attack = cell.Attack!;
        var set = RetuningSet.Of(attack, cell.Dataset.Train, cell.Dataset.InputSize != cell.Dataset.Train.Size, cell.Cell.Seed);
        (Proportion before, Proportion after) = Both(cell.Directory.RepairedPath);
        (Proportion floorBefore, Proportion floorAfter) = Both(cell.Run.Folder.Of(floor.Cell).RepairedPath);
        Weights.Load(cell.Model, cell.Directory.RepairedPath);
        return new RetuningResult(set.Images.Count, set.Poisons, before, after, floorBefore, floorAfter);

        (Proportion, Proportion) Both(string weights)
        {
            Weights.Load(cell.Model, weights);
            Proportion asr = cell.Evaluator.Triggered(attack, cancel).Asr;
            Tune(set, cancel);
            return (asr, cell.Evaluator.Triggered(attack, cancel).Asr);
        }
    }

    private void Tune(RetuningSet set, CancellationToken cancel)
    {
        bool sgd = cell.Model.NormalisesOverBatches;
        double rate = sgd ? SgdRate : AdamRate;
        using var trainer = new Trainer(cell.Model, new TrainingSettings
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            UseSgd = sgd,
            LearningRate = rate,
            Schedule = new StepSchedule(rate, [], 1),
            Precision = cell.Settings.Precision,
        }, cell.Cell.Seed);
        BatchLoader loader =
            cell.Loader(set.Images, cell.Settings.AugmentationFor(cell.Dataset), BatchSize) with { Transform = set.Transform };
        while (trainer.Epoch < Epochs) trainer.RunEpoch(loader, cancel: cancel);
    }
}
