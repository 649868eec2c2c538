using Postern.Configuration;
using Postern.Training.Input;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// I-BAU (Zeng et al. 2022; <c>docs/reference/defences.md 13</c>): a perturbation common to all pictures is searched for and
/// unlearnt, with how it follows from the weights taken into account. Fused operations have no second derivative: products with
/// them are differences of first ones, two passes each. delta lives in normalised space and is neither clipped nor projected, as
/// in the official code.
/// </summary>
/// <param name="Settings">How the weights move: epochs are rounds.</param>
/// <param name="Inner">Terms of the series for the implicit gradient.</param>
/// <param name="Share">Share of a batch that delta is added to; the official code adds it to none below 100 pictures.</param>
internal sealed record IBau(TuningSettings Settings, int Inner, double Share) : IRepair
{
    private const double SearchRate = 10, InnerRate = 0.1, Weight = 1e-3, Difference = 1e-2, Guard = 1e-12;

    internal static DefenceEntry Entry { get; } = RepairEntry.Of("i-bau", "unlearns a perturbation common to all pictures",
        [
            new("inner", OptionKind.Integer, "5", "terms of the series for the implicit gradient") { Min = 1 },
            new("share", OptionKind.Number, "0.01", "share of a batch that is perturbed, at least one picture")
            {
                Min = 0,
                Max = 1,
            },
            .. TuningSettings.Options(epochs: 5, batch: 100, decay: "0", rate: "0.0001", optimizer: "adamw", augment: false),
        ],
        choice => new IBau(TuningSettings.Of(choice), choice.Integer("inner"), (double)choice.Number("share")));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        Parameter[] weights = [.. given.Model.parameters()];
        int round = 0, step = 0, steps = given.Clean.Tuning with { BatchSize = Settings.BatchSize } is var loader
            ? loader.Steps(loader.Images.Count) : 0;
        Tensor? delta = null, first = null;
        new CleanTuning
        {
            Given = given,
            Settings = Settings,
            Rate = Settings.Rates[0],
            Constant = true,
            Still = true,
        }
            .Run(batch =>
            {
                if (step++ % steps == 0)
                {
                    delta?.Dispose();
                    first?.Dispose();
                    first = batch.Images.clone().DetachFromDisposeScope();
                    delta = Search(given, round++);
                }
                AddGradients(given.Model.forward, weights, first!, delta!, batch);
            });
        delta?.Dispose();
        first?.Dispose();
    }

    /// <summary>
    /// Leaves in the weights the gradient of the outer loss and of how delta follows from the weights:
    /// v = (dPhi / ddelta)' v + dL_out / ddelta, repeated; then dL_out / dtheta + (dPhi / dtheta)' v.
    /// </summary>
    private void AddGradients(
        Func<Tensor, Tensor> logits, IReadOnlyList<Parameter> weights, Tensor inner, Tensor delta, Batch batch)
    {
        Tensor answer;
        using (no_grad()) answer = logits(inner).argmax(1);
        Tensor variable = delta.clone().requires_grad_();
        long count = Math.Max(1, (long)(batch.Indices.Count * Share));
        Tensor perturbed = cat([batch.Images.narrow(0, 0, count) + variable,
            batch.Images.narrow(0, count, batch.Images.shape[0] - count)]);
        Tensor outer = nn.functional.cross_entropy(logits(perturbed), batch.Labels);
        Tensor[] direct = [.. autograd.grad([outer], [variable, .. weights])];
        Tensor v = direct[0];
        for (int k = 1; k < Inner; k++) v = v + direct[0] - InnerRate * Second(v, wrtWeights: false)[0];
        Tensor[] cross = Second(v, wrtWeights: true);
        for (int i = 0; i < weights.Count; i++) weights[i].grad = direct[i + 1] - InnerRate * cross[i];

        // (d / dwhat) of dL_in / ddelta times v, by the first derivatives at delta + h v and delta - h v.
        Tensor[] Second(Tensor v, bool wrtWeights)
        {
            double h = Difference / Math.Max(v.norm().item<float>(), Guard);
            Tensor[] up = First(delta + h * v, wrtWeights), down = First(delta - h * v, wrtWeights);
            return [.. up.Zip(down, (a, b) => (a - b) / (2 * h))];
        }

        Tensor[] First(Tensor at, bool wrtWeights)
        {
            Tensor moved = at.detach().requires_grad_();
            Tensor loss = InnerLoss(logits, inner, moved, answer);
            IList<Tensor> of = wrtWeights ? [.. weights] : [moved];
            return [.. autograd.grad([loss], of)];
        }
    }

    /// <summary>L_in = -CE(f(x + delta), y) + 1e-3 |delta|^2.</summary>
    internal static Tensor InnerLoss(Func<Tensor, Tensor> logits, Tensor x, Tensor delta, Tensor answer) =>
        -nn.functional.cross_entropy(logits(x + delta), answer) + Weight * delta.square().sum();

    /// <summary>One pass of descent of L_in from zero.</summary>
    private Tensor Search(RepairInputs given, int round)
    {
        using var still = new FrozenWeights(given.Model);
        BatchLoader loader = given.Clean.Tuning with { BatchSize = Settings.BatchSize };
        Tensor delta = zeros([1, 3, loader.InputSize, loader.InputSize], device: loader.Device.Torch).DetachFromDisposeScope();
        foreach (Batch batch in loader.Load(loader.EpochOrder(given.Seed, round), given.Seed, round, given.Cancel))
        {
            using Batch owned = batch;
            using DisposeScope scope = NewDisposeScope();
            Tensor answer, variable = delta.clone().requires_grad_();
            using (no_grad()) answer = given.Model.forward(batch.Images).argmax(1);
            Tensor gradient = autograd.grad([InnerLoss(given.Model.forward, batch.Images, variable, answer)], [variable])[0];
            using var noGrad = no_grad();
            delta.sub_(SearchRate * gradient);
        }
        return delta;
    }
}
