using Postern.Configuration;
using Postern.Kernels;
using Postern.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// A backbone on the paths in use against its plain twin: the same weights and pictures with oneDNN switched off and our kernels'
/// references in place of the kernels. Part of <c>postern doctor --thorough</c>.
/// </summary>
/// <param name="Model">Catalogue name.</param>
/// <param name="Comparisons">Logits and gradients, as shares of their norms.</param>
public sealed record ModelTrial(string Model, IReadOnlyList<Deviation> Comparisons)
{
    // Differences of norms after up to 24 layers; batch norm over a few pictures enlarges them.
    private const double AllowedLogits = 1e-4, AllowedGradients = 1e-2, AllowedInBFloat16 = 0.1;
    private const int Batch = 4, Classes = 10;

    /// <summary>Whether nothing differs by more than rounding makes of it.</summary>
    public bool Passes => Comparisons.All(c => c.Passes);

    /// <summary>
    /// Runs the trial of a catalogue entry on small pictures, in float32, and in bf16 where the processor multiplies it.
    /// </summary>
    public static ModelTrial Of(ModelEntry entry)
    {
        SelfCheck.Ensure(CpuFeatures.Current.HasBfloat16);
        // Few tokens: the plain twin of a scan is slow. Without patches, a side that keeps the form: torchvision's ResNet begins
        // above 64.
        int side = entry.InputSide < 224 || entry.Sizes.Any(o => o.Name == "patch_size") ? 32 : 96;
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = ModelCatalog.Create(new Choice(entry), Classes, side, seed: 0);
        // Off the grid of the trials' numbers, on which sums are exact and pooling would meet ties that rounding breaks in either
        // way.
        float[] numbers = Array.ConvertAll(TrialTensors.Draw(Batch * 3 * side * side, 1), v => v * 0.7390851f);
        Tensor pictures = tensor(numbers).view(Batch, 3, side, side);
        Tensor labels = arange(Batch);
        (Tensor logits, Tensor gradients) = PlainPaths.Use(() => Step(model, pictures, labels));
        (Tensor fastLogits, Tensor fastGradients) = Step(model, pictures, labels);
        List<Deviation> comparisons =
        [
            new("logits", Difference(fastLogits, logits), AllowedLogits),
            new("gradients", Difference(fastGradients, gradients), AllowedGradients),
        ];
        if (CpuFeatures.Current.HasBfloat16)
        {
            model.Precision = Precision.BFloat16;
            comparisons.Add(
                new Deviation("logits in bf16", Difference(Step(model, pictures, labels).Logits, logits), AllowedInBFloat16));
        }
        return new ModelTrial(entry.Name, comparisons);
    }

    /// <summary>Logits, and all parameters' gradients one after another, of one training step.</summary>
    internal static (Tensor Logits, Tensor Gradients) Step(Backbone model, Tensor pictures, Tensor labels)
    {
        model.train();
        model.StepKey = (0, 0);
        model.zero_grad();
        Tensor logits = model.forward(pictures);
        nn.functional.cross_entropy(logits, labels).backward();
        return (logits.detach(), cat([.. model.parameters().Select(p => p.grad!.flatten())]).clone());
    }

    /// <summary>The norm of a difference as a share of what is expected.</summary>
    internal static double Difference(Tensor found, Tensor expected) =>
        ((found - expected).norm() / expected.norm()).item<float>();
}
