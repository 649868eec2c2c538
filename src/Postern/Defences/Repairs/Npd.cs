using Postern.Configuration;
using Postern.Defences.Sites;
using Postern.Learning;
using Postern.Models;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// NPD (Zhu et al. 2023; <c>docs/reference/defences.md 14</c>): a linear layer before a late block is all that learns. It keeps
/// clean predictions and those of pictures that are pushed to their second best class, which a trigger would do. Before the
/// block's first layer it can be folded into that layer, so that the network stays what it is; its affine part is in the matrix,
/// and with no batch norm there is nothing to warm up. Pictures are moved in [0, 1].
/// </summary>
/// <param name="Settings">How the layer learns.</param>
/// <param name="Block">Before which block, counted from the end.</param>
/// <param name="Radius">L2 norm of the push.</param>
/// <param name="Weight">Weight of each of the three losses of pushed pictures; that of clean ones is 1.</param>
internal sealed record Npd(TuningSettings Settings, int Block, double Radius, double Weight) : IRepair
{
    private const int Steps = 2;
    private const double StepLength = 0.1, EnoughFlips = 0.6, Small = 1e-6;

    internal static DefenceEntry Entry { get; } = RepairEntry.Of("npd",
        "a linear layer before a late block learns to ignore pushes",
        [
            new("block", OptionKind.Integer, "1", "before which block: 1 is the last") { Min = 1 },
            new("radius", OptionKind.Number, "3", "L2 norm of the push, of pixels from 0 to 1; GTSRB: 5") { Min = 0 },
            new("weight", OptionKind.Number, "0.4", "weight of each loss of pushed pictures; GTSRB: 0.5") { Min = 0 },
            .. TuningSettings.Options(
                epochs: 50, batch: 128, decay: "0.0005", rate: "0.01", optimizer: "sgd", augment: false),
        ],
        choice => new Npd(TuningSettings.Of(choice), choice.Integer("block"), (double)choice.Number("radius"),
            (double)choice.Number("weight")));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        BlockInput site = BlockInput.Of(given.Model, Block);
        BatchLoader loader = given.Clean.Tuning;
        using Normalisation pixels = loader.Device.Place(new Normalisation(loader.Mean, loader.Std));
        using var still = new FrozenWeights(given.Model);
        RateChoice.Run(given, Settings, (rate, at) =>
        {
            using var plug = new InputPlug(site);
            new CleanTuning
            {
                Given = at,
                Settings = Settings,
                Rate = rate,
                Trained = plug.Trained,
                Still = true,
            }
                .Run(batch => AddGradients(at.Model, pixels, plug, batch), plug.Put);
        });
    }

    private void AddGradients(Backbone model, Normalisation pixels, InputPlug plug, Batch batch)
    {
        Tensor own, second;
        using (no_grad())
        {
            Tensor logits = model.forward(batch.Images);
            own = logits.argmax(1);
            second = StrongestOther(logits, own);
        }
        Tensor moved = Moved(model, pixels, batch.Images, second), pushed = model.forward(moved);
        Tensor loss = nn.functional.cross_entropy(model.forward(batch.Images), batch.Labels)
            + Weight * (nn.functional.cross_entropy(pushed, own) + Away(pushed, StrongestOther(pushed.detach(), own))
                + Away(pushed, second));
        CleanTuning.Backward(loss);
        plug.TakeGradients();
    }

    /// <summary>The class with the largest logit that is not <paramref name="own"/>: [B].</summary>
    internal static Tensor StrongestOther(Tensor logits, Tensor own) =>
        logits.masked_fill(nn.functional.one_hot(own, logits.shape[1]).to(ScalarType.Bool), double.NegativeInfinity).argmax(1);

    /// <summary>-log(1 - p(class)).</summary>
    private static Tensor Away(Tensor logits, Tensor from) =>
        -(1 - logits.softmax(1).gather(1, from.unsqueeze(1)).squeeze(1) + Small).log().mean();

    /// <summary>Pictures pushed towards <paramref name="target"/>, until enough of them are there; normalised.</summary>
    private Tensor Moved(Backbone model, Normalisation pixels, Tensor images, Tensor target)
    {
        Tensor clean = pixels.Undo(images).clamp(0, 1), moved = clean;
        for (int step = 0; step < Steps; step++)
        {
            Tensor variable = moved.detach().requires_grad_(), logits = model.forward(pixels.forward(variable));
            if (logits.argmax(1).eq(target).to(ScalarType.Float32).mean().item<float>() >= EnoughFlips) break;
            Tensor gradient = autograd.grad([nn.functional.cross_entropy(logits, target)], [variable])[0];
            using var noGrad = no_grad();
            Tensor push = moved - clean - StepLength * gradient.sign();
            Tensor length = push.flatten(1).norm(1).clamp_min(Small).view(-1, 1, 1, 1);
            moved = (clean + push * (Radius / length).clamp_max(1)).clamp(0, 1);
        }
        return pixels.forward(moved.detach());
    }
}
