using Postern.Configuration;
using Postern.Defences.Sites;
using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// Neural Attention Distillation (Li et al. 2021; <c>docs/reference/defences.md 12</c>): a fine-tuned copy teaches the backdoored
/// model where to look. Where the teacher keeps the backdoor, so does the student.
/// </summary>
/// <param name="Settings">How the student is tuned.</param>
/// <param name="TeacherEpochs">Epochs of the teacher's fine-tuning.</param>
/// <param name="Power">p of the maps; 1 where a few tokens dominate.</param>
/// <param name="Betas">Weight of each map.</param>
/// <param name="ScaleBetas">Whether a weight goes with its map's places, as <see cref="Weight"/> says.</param>
internal sealed record Nad(TuningSettings Settings, int TeacherEpochs, double Power, IReadOnlyList<int> Betas, bool ScaleBetas)
    : IRepair
{
    private const double Epsilon = 1e-6;

    /// <summary>Places of the maps for which the published weights are: those of a WideResNet's three parts at 32x32.</summary>
    private static readonly int[] _publishedPlaces = [32 * 32, 16 * 16, 8 * 8];

    internal static DefenceEntry Entry { get; } = RepairEntry.Of("nad", "a fine-tuned copy teaches the model where to look",
        [
            new("teacher_epochs", OptionKind.Integer, "10", "epochs of the teacher's fine-tuning") { Min = 1 },
            new("power", OptionKind.Number, "2", "power of the attention maps; 1 for models with a few dominant tokens")
            {
                Min = 1,
            },
            new("betas", OptionKind.Integers, "500,1000,1000", "weight of the maps at a third, two thirds and the end of depth"),
            new("scale_betas", OptionKind.Switch, "true",
                "whether each weight goes with its map's places, as published for 32x32, 16x16 and 8x8; false: whatever they are")
            {
                Neutral = "false", // as it was before it could be chosen
            },
            .. TuningSettings.Options(epochs: 20, batch: 64, decay: "0.0001"),
        ],
        choice => choice.Integers("betas") is { Length: 3 } betas
            ? new Nad(TuningSettings.Of(choice), choice.Integer("teacher_epochs"), (double)choice.Number("power"), betas,
                choice.Switch("scale_betas"))
            : throw choice.Error("betas must be three numbers, one for each map"));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        using Backbone teacher = ModelCopy.Of(given);
        FineTune.Tune(given with { Model = teacher, Progress = share => given.Progress(share / 2) },
            Settings with { Epochs = TeacherEpochs });
        RepairInputs second = given with { Progress = share => given.Progress((1 + share) / 2) };
        RateChoice.Run(second, Settings, (rate, at) =>
            new CleanTuning { Given = at, Settings = Settings, Rate = rate }.Run(batch =>
            {
                Tensor[] taught;
                using (no_grad())
                    taught = [.. FeatureMaps.Of(teacher, batch.Images).Maps.Select(m => Attention(m, Power))];
                (Tensor logits, IReadOnlyList<Tensor> maps) = FeatureMaps.Of(at.Model, batch.Images);
                Tensor loss = nn.functional.cross_entropy(logits, batch.Labels);
                // Where depth has fewer than three maps, they are the last ones.
                for (int l = 0; l < maps.Count; l++)
                    loss = loss + Weight(Betas.Count - maps.Count + l, maps[l]) * Distance(Attention(maps[l], Power), taught[l]);
                CleanTuning.Backward(loss);
            }));
    }

    /// <summary>
    /// The weight of a map. Its attention has a length of 1 whatever its places are, so that their mean squared difference, and
    /// what it pulls with, falls with their number: a weight for 16x16 places pulls 64 times as hard on 2x2. Scaled, it pulls
    /// as hard as published on any.
    /// </summary>
    /// <param name="index">Which of the three.</param>
    /// <param name="map">[B, C, h, w].</param>
    internal double Weight(int index, Tensor map) =>
        Betas[index] * (ScaleBetas ? (double)(map.shape[2] * map.shape[3]) / _publishedPlaces[index] : 1);

    /// <summary>A / (|A| + 1e-6) with A = sum over channels of |F|^p: [B, h, w].</summary>
    /// <param name="maps">[B, C, h, w].</param>
    /// <param name="power">p.</param>
    internal static Tensor Attention(Tensor maps, double power)
    {
        Tensor a = maps.abs().pow(power).sum(1);
        return a / (a.flatten(1).norm(1).view(-1, 1, 1) + Epsilon);
    }

    /// <summary>The mean over pictures and places of the squared difference.</summary>
    internal static Tensor Distance(Tensor student, Tensor teacher) => (student - teacher).square().mean();
}
