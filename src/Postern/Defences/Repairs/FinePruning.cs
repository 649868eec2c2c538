using Postern.Configuration;
using Postern.Defences.Sites;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// Fine-Pruning (Liu et al. 2018; <c>docs/reference/defences.md 11</c>): channels that clean pictures hardly use are switched
/// off, the least used first, until accuracy on clean validation pictures falls; then the model is fine-tuned, the channels
/// staying off.
/// </summary>
/// <param name="Settings">How it is fine-tuned.</param>
/// <param name="AtHead">Whether the channels are those before the classifier (the published site) or hidden ones of the last
/// block.</param>
/// <param name="Once">Share of the channels switched off in a step.</param>
/// <param name="Delta">Relative fall of accuracy that ends it.</param>
/// <param name="Tunes">Whether it is fine-tuned.</param>
internal sealed record FinePruning(TuningSettings Settings, bool AtHead, double Once, double Delta, bool Tunes) : IRepair
{
    private const string Head = "head", Hidden = "hidden";

    internal static DefenceEntry Entry { get; } = RepairEntry.Of("fine-pruning", "switches off what clean pictures do not use",
        [
            new("site", OptionKind.Word, Head, "head: what the classifier takes in; hidden: hidden channels of the last block")
            {
                Allowed = [Head, Hidden],
            },
            new("once", OptionKind.Number, "0.01", "share of the channels that is switched off in a step")
            {
                Min = 0.0001m,
                Max = 1,
            },
            new("delta", OptionKind.Number, "0.1", "relative fall of clean validation accuracy that ends it")
            {
                Min = 0,
                Max = 1,
            },
            new("tune", OptionKind.Switch, "true", "whether the pruned model is fine-tuned"),
            .. TuningSettings.Options(epochs: 100, batch: 256, decay: "0.0005"),
        ],
        choice => new FinePruning(TuningSettings.Of(choice), choice.Word("site") == Head, (double)choice.Number("once"),
            (double)choice.Number("delta"), choice.Switch("tune")));

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        PruningSite site = AtHead ? PruningSite.HeadInput(given.Model) : PruningSite.LastHidden(given.Model);
        int[] order = Order(Activity(given, site)), counts = Counts(site.Channels, Once);
        int kept;
        using (var saved = new SavedWeights([site.Weight])) kept = KeptStep(Accuracies());
        int[] pruned = [.. order.Take(counts[kept])];
        site.Prune(pruned);
        if (!Tunes) return;
        RateChoice.Run(given, Settings, (rate, at) =>
        {
            var tuning = new CleanTuning { Given = at, Settings = Settings, Rate = rate };
            tuning.Run(batch => CleanTuning.Backward(
                nn.functional.cross_entropy(at.Model.forward(batch.Images), batch.Labels)), () => site.Prune(pruned));
        });

        IEnumerable<double> Accuracies()
        {
            foreach (int count in counts)
            {
                given.Cancel.ThrowIfCancellationRequested();
                site.Prune(order.Take(count));
                yield return ValidationAccuracy.Of(given);
            }
        }

        int KeptStep(IEnumerable<double> accuracies) => FinePruning.KeptStep(accuracies, Delta);
    }

    /// <summary>Channels, ascending by activity.</summary>
    internal static int[] Order(IReadOnlyList<double> activity) =>
        [.. Enumerable.Range(0, activity.Count).OrderBy(c => activity[c])];

    /// <summary>Channels that are off after each step: t ceil(once C), below C.</summary>
    internal static int[] Counts(int channels, double once)
    {
        int each = (int)Math.Ceiling(once * channels);
        return [.. Enumerable.Range(0, channels).Select(t => t * each).TakeWhile(count => count < channels)];
    }

    /// <summary>
    /// The last step before the first whose accuracy has fallen by more than delta, relative to that of step 0. Only a fall ends
    /// it.
    /// </summary>
    internal static int KeptStep(IEnumerable<double> accuracies, double delta)
    {
        double first = double.NaN;
        int kept = 0;
        foreach ((int step, double accuracy) in accuracies.Index())
        {
            if (step == 0) first = accuracy;
            if ((first - accuracy) / first > delta) break;
            kept = step;
        }
        return kept;
    }

    /// <summary>The mean of |a| of each channel.</summary>
    /// <param name="rows">[n, channels].</param>
    internal static Tensor MeanActivity(Tensor rows) => rows.abs().mean([0]);

    private static double[] Activity(RepairInputs given, PruningSite site)
    {
        given.Model.eval();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor sum = zeros(site.Channels, float64);
        int seen = 0;
        using IDisposable watch = given.Model.Taps.Watch((_, value) =>
            sum.add_(MeanActivity(site.Rows(value)).to(ScalarType.Float64).cpu() * value.shape[0]), name => name == site.Tap);
        BatchLoader loader = given.Clean.Tuning;
        foreach (Batch batch in loader.Load([.. Enumerable.Range(0, loader.Images.Count)], given.Seed, 0, given.Cancel))
        {
            using DisposeScope inner = NewDisposeScope();
            using Batch owned = batch;
            given.Model.forward(batch.Images);
            seen += batch.Indices.Count;
        }
        return sum.div(seen).data<double>().ToArray();
    }
}
