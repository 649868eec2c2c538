using Postern.Configuration;
using Postern.Defences;
using Postern.Defences.Repairs;
using Postern.Training;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Tests.Defences;

/// <summary>Fine-tuning on the clean split, the baseline of all repairs.</summary>
internal sealed record FineTuning(int Epochs) : IRepair
{
    /// <summary>As a study names it.</summary>
    public static DefenceEntry Entry { get; } = new("tune", "fine-tuning on the clean split",
        [new("tune_epochs", OptionKind.Integer, "1", "passes over the clean split") { Min = 1 }],
        (choice, _) => new Defence { Repair = new FineTuning(choice.Integer("tune_epochs")) })
    { Repairs = true };

    public void Repair(RepairInputs given)
    {
        const double LearningRate = 0.02;
        using var trainer = new Trainer(given.Model, new TrainingSettings
        {
            Epochs = Epochs,
            BatchSize = given.Clean.Tuning.BatchSize,
            LearningRate = LearningRate,
            Schedule = new StepSchedule(LearningRate, [], 1),
        }, given.Seed);
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            trainer.RunEpoch(given.Clean.Tuning, cancel: given.Cancel);
            given.Progress((double)epoch / Epochs);
        }
    }
}
