using Postern.Configuration;
using Postern.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// FT-SAM (Zhu et al. 2023; <c>docs/reference/defences.md 9</c>): fine-tuning whose gradient is taken where the loss near the
/// weights is highest, so that the weights of the backdoor's neurons shrink. The rate falls by a cosine over the epochs; the
/// official scheduler steps with every batch, so that the rate falls to zero and rises again every 200 steps.
/// </summary>
/// <param name="Settings">How it trains.</param>
/// <param name="Rho">Length of the perturbation.</param>
/// <param name="Adaptive">Whether it is scaled by the weights.</param>
/// <param name="Smoothing">s, spread over the other classes.</param>
/// <param name="SkipsScans">Whether the parameters of selective scans (A_log, D, dt) stay where they are in the
/// perturbation.</param>
internal sealed record FtSam(TuningSettings Settings, double Rho, bool Adaptive, double Smoothing, bool SkipsScans) : IRepair
{
    private const double Epsilon = 1e-12;

    internal static DefenceEntry Entry { get; } = RepairEntry.Of("ft-sam", "fine-tuning with sharpness-aware steps",
        [
            new("rho", OptionKind.Number, "2", "length of the perturbation over all weights, for 11 million; GTSRB: 8")
            {
                Min = 0,
            },
            new("adaptive", OptionKind.Switch, "true", "whether the perturbation is scaled by the weights"),
            new("smoothing", OptionKind.Number, "0.1", "label smoothing, spread over the other classes; GTSRB: 0")
            {
                Min = 0,
                Max = 0.9m,
            },
            new("skip_scans", OptionKind.Switch, "false",
                "whether A_log, D and dt of selective scans, whose values are large, are left out of the perturbation"),
            .. TuningSettings.Options(epochs: 100, batch: 256, decay: "0.0005"),
        ],
        choice => new FtSam(TuningSettings.Of(choice), (double)choice.Number("rho"), choice.Switch("adaptive"),
            (double)choice.Number("smoothing"), choice.Switch("skip_scans")));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        Parameter[] moved =
            [.. given.Model.named_parameters().Where(p => !SkipsScans || !IsOfScan(p.name)).Select(p => p.parameter)];
        RateChoice.Run(given, Settings, (rate, at) =>
            new CleanTuning { Given = at, Settings = Settings, Rate = rate }.Run(batch => AddGradients(
                () => SmoothedLoss(at.Model.forward(batch.Images), batch.Labels, Smoothing), moved, Rho, Adaptive,
                () => RunningStatistics(at.Model))));
    }

    /// <summary>Leaves the gradient at w + e in the parameters, whose values are w again.</summary>
    /// <param name="loss">The loss at the present weights.</param>
    /// <param name="moved">What is perturbed.</param>
    /// <param name="rho">Length of the perturbation.</param>
    /// <param name="adaptive">Whether it is scaled by the weights.</param>
    /// <param name="freeze">Keeps running statistics as they are through the second pass; null for none.</param>
    /// <returns>The loss at w and e.</returns>
    internal static (double Loss, Tensor[] Moves) AddGradients(Func<Tensor> loss, IReadOnlyList<Parameter> moved, double rho,
        bool adaptive, Func<IDisposable>? freeze = null)
    {
        Tensor first = loss();
        Tensor[] gradients = [.. autograd.grad([first], [.. moved], allow_unused: true)
            .Zip(moved, (g, p) => g is null || g.IsInvalid ? zeros_like(p) : g)];
        Tensor[] moves;
        using (no_grad())
        {
            moves = Moves(moved, gradients, rho, adaptive);
            foreach ((Parameter parameter, Tensor move) in moved.Zip(moves)) parameter.add_(move);
        }
        using (freeze?.Invoke()) CleanTuning.Backward(loss());
        using (no_grad())
            foreach ((Parameter parameter, Tensor move) in moved.Zip(moves)) parameter.sub_(move);
        return (first.detach().to(ScalarType.Float64).item<double>(), moves);
    }

    /// <summary>
    /// e = rho w^2 g / (| |w| g | + 1e-12), or rho g / (|g| + 1e-12): one norm over all tensors.
    /// </summary>
    internal static Tensor[] Moves(
        IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients, double rho, bool adaptive)
    {
        double scale = rho / (Norm(weights, gradients, adaptive) + Epsilon);
        return [.. weights.Zip(gradients, (w, g) => (adaptive ? w.square() * g : g) * scale)];
    }

    /// <summary>The Euclidean norm over all tensors of |w| g, or of g.</summary>
    internal static double Norm(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients, bool adaptive) => Math.Sqrt(
        weights.Zip(gradients, (w, g) => (adaptive ? w.abs() * g : g).square().sum().to(ScalarType.Float64).item<double>())
            .Sum());

    /// <summary>
    /// Cross-entropy to 1 - s on the label and s / (C - 1) on every other class, less the target's entropy (the KL form):
    /// PyTorch's own smoothing spreads s over all classes.
    /// </summary>
    internal static Tensor SmoothedLoss(Tensor logits, Tensor labels, double smoothing)
    {
        if (smoothing == 0) return nn.functional.cross_entropy(logits, labels);
        double other = smoothing / (logits.shape[1] - 1), own = 1 - smoothing;
        Tensor log = logits.log_softmax(1), right = log.gather(1, labels.unsqueeze(1)).squeeze(1);
        double entropy = own * Math.Log(own) + smoothing * Math.Log(other);
        return (-(other * (log.sum(1) - right) + own * right)).mean() + entropy;
    }

    private static bool IsOfScan(string name) => name.Contains(".A_", StringComparison.Ordinal)
        || name.EndsWith(".D", StringComparison.Ordinal) || name.EndsWith(".D_b", StringComparison.Ordinal)
        || name.Contains(".dt_proj", StringComparison.Ordinal);

    /// <summary>Puts running statistics back at its end.</summary>
    private static StatisticsKept RunningStatistics(Backbone model) => new(model);

    private sealed class StatisticsKept : IDisposable
    {
        private readonly (Tensor Buffer, Tensor Value)[] kept;

        public StatisticsKept(Backbone model) => kept = [.. model.named_buffers().Select(b => (b.buffer, b.buffer.clone()))];

        public void Dispose()
        {
            using var noGrad = no_grad();
            foreach ((Tensor buffer, Tensor value) in kept) buffer.copy_(value);
        }
    }
}
