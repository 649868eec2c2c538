using Postern.Attacks;
using Postern.Models;
using Postern.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Evaluation;

/// <summary>Measures ACC, ASR and RA of a model. Nothing is filtered by whether the clean prediction was right.</summary>
/// <param name="Model">The model, put into evaluation mode.</param>
/// <param name="Loader">Reads the test split with evaluation's transform; its editor is replaced where a trigger is wanted.</param>
public sealed record Evaluator(Backbone Model, BatchLoader Loader)
{
    /// <summary>ACC over the whole split.</summary>
    public CleanResult Clean(CancellationToken cancel = default)
    {
        int[] order = [.. Enumerable.Range(0, Loader.Images.Count)];
        int[] predicted = Predict(Loader with { Editor = null }, order, cancel);
        IReadOnlyList<int> labels = Loader.Images.Labels;
        int[] correct = new int[Loader.Images.ClassNames.Count], total = new int[correct.Length];
        for (int i = 0; i < order.Length; i++)
        {
            total[labels[i]]++;
            if (predicted[i] == labels[i]) correct[labels[i]]++;
        }
        return new CleanResult(new Proportion(correct.Sum(), total.Sum()), Pair(correct, total));
    }

    /// <summary>ASR and RA over the pictures that count for <paramref name="attack"/>, with its test-time trigger.</summary>
    public TriggeredResult Triggered(Attack attack, CancellationToken cancel = default)
    {
        IReadOnlyList<int> labels = Loader.Images.Labels;
        int[] order = [.. Enumerable.Range(0, labels.Count).Where(i => attack.CountsForAsr(labels[i]))];
        int[] predicted = Predict(Loader with { Editor = new TriggeredSamples(attack, Loader.InputSize != Loader.Images.Size) }, order, cancel);
        int[] hits = new int[Loader.Images.ClassNames.Count], total = new int[hits.Length];
        int robust = 0;
        for (int i = 0; i < order.Length; i++)
        {
            int label = labels[order[i]];
            total[label]++;
            if (predicted[i] == attack.TargetClass) hits[label]++;
            if (predicted[i] == label) robust++;
        }
        return new TriggeredResult(new Proportion(hits.Sum(), order.Length), new Proportion(robust, order.Length), Pair(hits, total));
    }

    /// <summary>The class with the largest logit for each picture of <paramref name="order"/>.</summary>
    private int[] Predict(BatchLoader loader, int[] order, CancellationToken cancel)
    {
        int[] predicted = new int[order.Length];
        int done = 0;
        Model.eval();
        using var noGrad = inference_mode();
        foreach (Batch batch in loader.Load(order, seed: 0, epoch: 0, cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            using (batch)
            {
                foreach (long label in Model.forward(batch.Images).argmax(1).data<long>()) predicted[done++] = (int)label;
            }
        }
        return predicted;
    }

    private static Proportion[] Pair(int[] hits, int[] totals) => [.. hits.Zip(totals, (h, t) => new Proportion(h, t))];
}
