using Postern.Configuration;
using Postern.Kernels;
using Postern.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// FST (Min et al. 2023; <c>docs/reference/defences.md 10</c>): the classifier is drawn anew and held away from the backdoored
/// one, at its norm, while all weights are tuned, so that features must move.
/// </summary>
/// <param name="Settings">How it trains.</param>
/// <param name="Alpha">Weight of the classifier's product with the backdoored one.</param>
internal sealed record Fst(TuningSettings Settings, double Alpha) : IRepair
{
    internal static DefenceEntry Entry { get; } = RepairEntry.Of("fst", "tunes features against a classifier drawn anew",
        [
            new("alpha", OptionKind.Number, "0.1", "weight of the product with the old classifier; near 0 for many classes")
            {
                Min = 0,
            },
            .. TuningSettings.Options(epochs: 10, batch: 128, decay: "0"),
        ],
        choice => new Fst(TuningSettings.Of(choice), (double)choice.Number("alpha")));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        Parameter weight = given.Model.get_parameter($"{given.Model.Head}.weight")!,
            bias = given.Model.get_parameter($"{given.Model.Head}.bias")!;
        using Tensor old = weight.detach().clone();
        RateChoice.Run(given, Settings, (rate, at) =>
        {
            Draw(weight, bias, at.Seed);
            new CleanTuning { Given = at, Settings = Settings, Rate = rate }.Run(
                batch => CleanTuning.Backward(nn.functional.cross_entropy(at.Model.forward(batch.Images), batch.Labels)
                    + Regulariser(weight, old, Alpha)),
                () => Project(weight, old));
        });
    }

    /// <summary>alpha times the sum of the products of the entries.</summary>
    internal static Tensor Regulariser(Tensor weight, Tensor old, double alpha) => alpha * (weight * old).sum();

    /// <summary>W |W0| / |W|, Frobenius norms, in place.</summary>
    internal static void Project(Tensor weight, Tensor old)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        weight.mul_(old.norm() / weight.norm());
    }

    /// <summary>Uniform within the root of the number of features, as a new layer begins.</summary>
    private static void Draw(Parameter weight, Parameter bias, long seed)
    {
        double bound = 1 / Math.Sqrt(weight.shape[1]);
        Initial.Uniform(weight, bound, RandomStream.For(seed, "fst-head"));
        Initial.Uniform(bias, bound, RandomStream.For(seed, "fst-head-bias"));
    }
}
