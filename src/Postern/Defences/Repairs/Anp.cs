using Postern.Configuration;
using Postern.Defences.Sites;
using Postern.Kernels;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// ANP (Wu and Wang 2021; <c>docs/reference/defences.md 17</c>): masks on norm channels learn which of them matter under the
/// worst noise; those with small masks are switched off. Batch norm, layer norm and RMS norm; in a pre-norm block a channel of
/// the norm is an input of the block and no neuron. The threshold is the largest that clean validation accuracy allows; the
/// official code keeps the one with the lowest ASR on test pictures.
/// </summary>
/// <param name="Epsilon">Largest relative noise at first.</param>
/// <param name="Steps">Steps of the noise.</param>
/// <param name="Alpha">Weight of the loss without noise.</param>
/// <param name="Rate">Learning rate of the masks.</param>
/// <param name="Iterations">Steps of the masks.</param>
/// <param name="Delta">Clean validation accuracy that may be lost, of 1.</param>
/// <param name="BatchSize">Pictures in a step.</param>
internal sealed record Anp(
    double Epsilon, int Steps, double Alpha, double Rate, int Iterations, double Delta, int BatchSize) : IRepair
{
    private const double Momentum = 0.9, ThresholdStep = 0.05;
    private const int Thresholds = 19;

    internal static DefenceEntry Entry { get; } = RepairEntry.Of("anp", "switches off norm channels that noise turns bad",
        [
            new("eps", OptionKind.Number, "0.4", "largest relative noise at first") { Min = 0 },
            new("steps", OptionKind.Integer, "1", "steps of the noise up the loss") { Min = 1 },
            new("alpha", OptionKind.Number, "0.2", "weight of the loss without noise") { Min = 0, Max = 1 },
            new("rate", OptionKind.Number, "0.2", "learning rate of the masks") { Min = 0 },
            new("iterations", OptionKind.Integer, "2000", "steps of the masks") { Min = 1 },
            new("delta", OptionKind.Number, "0.05", "clean validation accuracy that the threshold may cost, of 1")
            {
                Min = 0,
                Max = 1,
            },
            new("tune_batch", OptionKind.Integer, "128", "pictures in a step") { Min = 1 },
        ],
        choice => new Anp((double)choice.Number("eps"), choice.Integer("steps"), (double)choice.Number("alpha"),
            (double)choice.Number("rate"), choice.Integer("iterations"), (double)choice.Number("delta"),
            choice.Integer("tune_batch")));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        IReadOnlyList<NormLayer> norms = NormLayers.Of(given.Model);
        if (norms.Count == 0) throw new NotApplicableException("the model's blocks have no norms");
        double[][] masks;
        using (var mask = new NeuronMask(norms))
        {
            Learn(given, mask);
            masks = [.. mask.Masks.Select(m => m.cpu().to(ScalarType.Float64).data<double>().ToArray())];
        }
        double before = ValidationAccuracy.Of(given), chosen = -1;
        foreach (double threshold in Enumerable.Range(0, Thresholds).Select(i => i * ThresholdStep))
        {
            using var saved = new SavedWeights(norms.Select(n => n.Scale));
            Prune(norms, masks, threshold);
            if (ValidationAccuracy.Of(given) >= before - Delta) chosen = threshold;
        }
        if (chosen >= 0) Prune(norms, masks, chosen);
    }

    /// <summary>Whether a channel goes: at most the threshold, on unrounded masks, so that exact zeros go at 0.</summary>
    internal static bool IsPruned(double mask, double threshold) => mask <= threshold;

    /// <summary>
    /// One iteration: the noise climbs, then the masks descend on alpha L(mask) + (1 - alpha) L(mask, noise).
    /// </summary>
    /// <param name="mask">With noise drawn.</param>
    /// <param name="loss">The loss at the weights of now.</param>
    /// <returns>The loss that the masks descend on, before their step.</returns>
    internal double Iterate(NeuronMask mask, Func<Tensor> loss)
    {
        for (int step = 0; step < Steps; step++)
        {
            mask.Put(noise: true);
            CleanTuning.Backward(loss());
            mask.RaiseNoise(Epsilon / Steps);
        }
        using DisposeScope scope = NewDisposeScope();
        double value = 0;
        var gradients = new List<IReadOnlyList<Tensor>>();
        foreach ((bool noise, double weight) in new[] { (false, Alpha), (true, 1 - Alpha) })
        {
            mask.Put(noise);
            Tensor part = weight * loss();
            value += part.detach().to(ScalarType.Float64).item<double>();
            CleanTuning.Backward(part);
            using var noGrad = no_grad();
            gradients.Add([.. mask.ScaleGradients().Select(g => g.clone())]);
        }
        mask.Step([.. gradients[0].Zip(gradients[1], (a, b) => a + b)], Rate, Momentum);
        return value;
    }

    private void Learn(RepairInputs given, NeuronMask mask)
    {
        given.Model.eval();
        BatchLoader loader = given.Clean.Tuning with { BatchSize = BatchSize };
        for (int done = 0, epoch = 0; done < Iterations; epoch++)
        {
            foreach (Batch batch in loader.Load(loader.EpochOrder(given.Seed, epoch), given.Seed, epoch, given.Cancel))
            {
                using Batch owned = batch;
                if (done++ >= Iterations) continue;
                using DisposeScope scope = NewDisposeScope();
                RandomStream stream = RandomStream.For(given.Seed, "anp-noise", done);
                mask.DrawNoise(Epsilon, ref stream);
                Iterate(mask, () => nn.functional.cross_entropy(given.Model.forward(batch.Images), batch.Labels));
            }
            given.Progress(Math.Min(1, done / (double)Iterations));
        }
        foreach (var parameter in given.Model.parameters()) parameter.grad = null;
    }

    private static void Prune(IReadOnlyList<NormLayer> norms, double[][] masks, double threshold)
    {
        using var noGrad = no_grad();
        for (int i = 0; i < norms.Count; i++)
            for (int c = 0; c < masks[i].Length; c++)
                if (IsPruned(masks[i][c], threshold)) norms[i].Scale[c].zero_();
    }
}
