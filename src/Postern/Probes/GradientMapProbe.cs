using Postern.Configuration;
using Postern.Evaluation;
using Postern.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Where in a picture, and where in a patch, a network is sensitive: the signed gradient of the loss of the target class, folded
/// by patch, and the effective receptive field (<c>docs/reference/probes.md 8</c>).
/// </summary>
public sealed class GradientMapProbe : Probe
{
    private const int Batch = 16, LargestMap = 64;
    private const int SmallPicture = 64, SmallPatch = 4, LargePatch = 16;

    /// <inheritdoc/>
    public override string Name => "gradient-map";

    /// <inheritdoc/>
    public override string Summary => "which pixels of a picture, and of a patch, the network is sensitive to";

    /// <inheritdoc/>
    public override string Cost => "three passes over clean pictures, two of them with gradients";

    /// <inheritdoc/>
    public override string Source => "Luo et al. 2016; Liu et al. 2024 (VMamba); arXiv 2412.10681";

    /// <inheritdoc/>
    protected override int UsualPictures => 200;

    /// <inheritdoc/>
    protected override IReadOnlyList<OptionInfo> OwnOptions =>
    [
        new("fold", OptionKind.Integer, "0", "side in pixels of what is laid on each other; 0 for the network's patches, and "
            + "where it has none for 4, or 16 above 64 pixels") { Min = 0, Max = 4096 },
    ];

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        Evaluator evaluator = subject.Evaluator with { Loader = subject.Evaluator.Loader with { BatchSize = Batch } };
        int target = subject.Attack?.TargetClass ?? 0, side = evaluator.Loader.InputSize;
        IReadOnlyList<int> labels = evaluator.LabelsOf(null);
        int[] order = [.. evaluator.Order(null, subject.Pictures).Where(i => labels[i] != target)];
        int patch = subject.Choice.Integer("fold") is > 0 and int given ? given
            : subject.Model.Grid?.Stride ?? (side <= SmallPicture ? SmallPatch : LargePatch);
        patch = Math.Min(patch, side);
        var maps = new GradientMaps(side, patch);
        SelfCheck.Ensure(bfloat16: false);
        using var noGrad = no_grad();
        foreach (Tensor pictures in evaluator.Stream((null, order)).Inputs(pass: 0, cancel: cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            maps.Add(InputGradients.OfLoss(subject.Model, pictures, target), InputGradients.OfFeatures(subject.Model, pictures));
            progress((double)maps.Count / order.Length);
        }
        using (maps) return maps.Finding(LargestMap, target);
    }
}
