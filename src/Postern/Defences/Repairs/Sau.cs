using Postern.Configuration;
using Postern.Learning;
using Postern.Models;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// SAU (Wei et al. 2023; <c>docs/reference/defences.md 13</c>): unlearns what adversarial pictures have in common with the
/// backdoored model, which its trigger is part of. Needs first derivatives only.
/// </summary>
/// <param name="Settings">How it trains.</param>
/// <param name="Radius">L-infinity radius of the pictures' change, in pixel values.</param>
/// <param name="Steps">Steps of the descent.</param>
/// <param name="Push">Weight of the push away from what fools the backdoored model.</param>
internal sealed record Sau(TuningSettings Settings, double Radius, int Steps, double Push) : IRepair
{
    private const double Small = 1e-6;

    internal static DefenceEntry Entry { get; } = RepairEntry.Of("sau", "unlearns adversarial pictures shared with the old model",
        [
            new("radius", OptionKind.Number, "0.2", "largest change of a pixel, of values from 0 to 1") { Min = 0, Max = 1 },
            new("steps", OptionKind.Integer, "5", "steps of the descent, each of one radius") { Min = 1, Max = 1000 },
            new("push", OptionKind.Number, "1", "weight of the push away from the labels that fool the old model") { Min = 0 },
            .. TuningSettings.Options(epochs: 100, batch: 256, decay: "0", rate: "0.0001", optimizer: "adamw"),
        ],
        choice => new Sau(TuningSettings.Of(choice), (double)choice.Number("radius"), choice.Integer("steps"),
            (double)choice.Number("push")));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        BatchLoader loader = given.Clean.Tuning;
        using Normalisation pixels = loader.Device.Place(new Normalisation(loader.Mean, loader.Std));
        using Backbone old = ModelCopy.Of(given);
        using var still = new FrozenWeights(old);
        RateChoice.Run(given, Settings, (rate, at) => new CleanTuning
        {
            Given = at,
            Settings = Settings,
            Rate = rate,
            Constant = true,
        }.Run(batch => AddGradients(at, pixels, old, batch)));
    }

    private void AddGradients(RepairInputs given, Normalisation pixels, Backbone old, Batch batch)
    {
        given.Model.eval();
        Tensor moved = Moved(given, pixels, old, batch), fooled, own;
        using (no_grad()) (fooled, own) = (old.forward(moved).argmax(1), given.Model.forward(moved).argmax(1));
        // What is shared: both models are fooled, and to the same class.
        Tensor shared = fooled.ne(batch.Labels).logical_and(own.eq(fooled)).to(ScalarType.Float32);
        given.Model.train();
        Tensor loss = nn.functional.cross_entropy(given.Model.forward(batch.Images), batch.Labels);
        Tensor chance = given.Model.forward(moved).softmax(1).gather(1, fooled.unsqueeze(1)).squeeze(1);
        Tensor push = -((1 - chance + Small).log() * shared).sum() / shared.sum().clamp_min(1);
        CleanTuning.Backward(loss + Push * push);
    }

    /// <summary>Pictures moved, from the upper corner of the ball, to raise the loss of both models; normalised.</summary>
    private Tensor Moved(RepairInputs given, Normalisation pixels, Backbone old, Batch batch)
    {
        using var still = new FrozenWeights(given.Model);
        Tensor clean = pixels.Undo(batch.Images).clamp(0, 1), moved = (clean + Radius).clamp(0, 1);
        for (int step = 0; step < Steps; step++)
        {
            Tensor variable = moved.detach().requires_grad_(), input = pixels.forward(variable);
            Tensor loss = nn.functional.cross_entropy(given.Model.forward(input), batch.Labels)
                + nn.functional.cross_entropy(old.forward(input), batch.Labels);
            Tensor gradient = autograd.grad([loss], [variable])[0];
            using var noGrad = no_grad();
            moved = (moved + Radius * gradient.sign()).minimum(clean + Radius).maximum(clean - Radius).clamp(0, 1);
        }
        return pixels.forward(moved.detach());
    }
}
