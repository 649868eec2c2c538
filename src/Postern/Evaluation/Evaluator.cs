using Postern.Attacks;
using Postern.Defences;
using Postern.Models;
using Postern.Native.Paths;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Evaluation;

/// <summary>Measures ACC, ASR and RA of a model. Nothing is filtered by whether the clean prediction was right.</summary>
/// <param name="Model">The model, put into evaluation mode.</param>
/// <param name="Loader">Reads the test split with evaluation's transform; its transform is replaced where a trigger is wanted.</param>
/// <param name="Seed">Seed of the draws of a defence; nothing else is drawn in tests.</param>
public sealed record Evaluator(Backbone Model, BatchLoader Loader, long Seed = 0)
{
    /// <summary>ACC over the whole split.</summary>
    public CleanResult Clean(CancellationToken cancel = default) => ResultOf(Predict(Loader with { Transform = null }, AllPictures, pass: 0, cancel));

    /// <summary>ASR and RA over the pictures that count for <paramref name="attack"/>, with its test-time trigger.</summary>
    public TriggeredResult Triggered(Attack attack, CancellationToken cancel = default)
    {
        int[] counted = Counted(attack);
        return ResultOf(attack, counted, Predict(TriggeredBy(attack), counted, pass: 0, cancel));
    }

    /// <summary>
    /// <see cref="Clean"/> and <see cref="Triggered"/> from one reading of the pictures. Every batch is the one that it is there, so
    /// the results are the same to the bit.
    /// </summary>
    public (CleanResult Clean, TriggeredResult Triggered) Both(Attack attack, CancellationToken cancel = default)
    {
        int[] counted = Counted(attack);
        List<int> clean = [], triggered = [];
        SelfCheck.Ensure(Model.Precision == Precision.BFloat16);
        Model.eval();
        using var noGrad = inference_mode();
        foreach (PassBatch batch in TriggeredBy(attack).LoadBoth(AllPictures, counted, Seed, epoch: 0, cancel))
            using (batch) (batch.Transformed ? triggered : clean).AddRange(Classes(batch.Batch));
        return (ResultOf(clean), ResultOf(attack, counted, triggered));
    }

    /// <summary>
    /// In how many of the detector's trials a picture's prediction differs from the one on the untouched picture, for clean and for
    /// triggered test pictures.
    /// </summary>
    /// <param name="defence">What touches the pictures, drawn anew in each trial; has detector options.</param>
    /// <param name="attack">Whose trigger.</param>
    /// <param name="progress">Hears of finished passes, of all passes.</param>
    /// <param name="cancel">Stops it.</param>
    public DetectionResult Detect(PatchDefence defence, Attack attack, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        DetectorOptions options = defence.Detector ?? throw new ArgumentException("the defence has no detector options", nameof(defence));
        int passes = 2 * (options.Trials + 1), done = 0;
        int[] clean = Changes(Loader with { Transform = null }, AllPictures), triggered = Changes(TriggeredBy(attack), Counted(attack));
        return new DetectionResult(options.Threshold, options.FewRaise, clean, triggered);

        int[] Changes(BatchLoader loader, int[] order)
        {
            int[] untouched = Pass(loader with { InputTransform = null }, order, 0), changes = new int[order.Length], histogram = new int[options.Trials + 1];
            for (int trial = 1; trial <= options.Trials; trial++)
            {
                int[] predicted = Pass(loader with { InputTransform = defence }, order, trial);
                for (int i = 0; i < order.Length; i++)
                    if (predicted[i] != untouched[i]) changes[i]++;
            }
            foreach (int count in changes) histogram[count]++;
            return histogram;
        }

        int[] Pass(BatchLoader loader, int[] order, int trial)
        {
            int[] predicted = Predict(loader, order, trial, cancel);
            progress?.Invoke(++done, passes);
            return predicted;
        }
    }

    private int[] AllPictures => [.. Enumerable.Range(0, Loader.Images.Count)];

    private int[] Counted(Attack attack) => [.. AllPictures.Where(i => attack.CountsForAsr(Loader.Images.Labels[i]))];

    private BatchLoader TriggeredBy(Attack attack) => Loader with { Transform = new TriggeredSamples(attack, Loader.InputSize != Loader.Images.Size) };

    /// <summary>The class with the largest logit for each picture of <paramref name="order"/>.</summary>
    private int[] Predict(BatchLoader loader, int[] order, int pass, CancellationToken cancel)
    {
        var predicted = new List<int>(order.Length);
        SelfCheck.Ensure(Model.Precision == Precision.BFloat16);
        Model.eval();
        using var noGrad = inference_mode();
        foreach (Batch batch in loader.Load(order, Seed, pass, cancel))
            using (batch) predicted.AddRange(Classes(batch));
        return [.. predicted];
    }

    private int[] Classes(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return Array.ConvertAll(Model.forward(batch.Images).argmax(1).data<long>().ToArray(), label => (int)label);
    }

    private CleanResult ResultOf(IReadOnlyList<int> predicted)
    {
        IReadOnlyList<int> labels = Loader.Images.Labels;
        int[] correct = new int[Loader.Images.ClassNames.Count], total = new int[correct.Length];
        for (int i = 0; i < predicted.Count; i++)
        {
            total[labels[i]]++;
            if (predicted[i] == labels[i]) correct[labels[i]]++;
        }
        return new CleanResult(new Proportion(correct.Sum(), total.Sum()), Pair(correct, total));
    }

    private TriggeredResult ResultOf(Attack attack, int[] counted, IReadOnlyList<int> predicted)
    {
        IReadOnlyList<int> labels = Loader.Images.Labels;
        int[] hits = new int[Loader.Images.ClassNames.Count], total = new int[hits.Length];
        int robust = 0;
        for (int i = 0; i < counted.Length; i++)
        {
            int label = labels[counted[i]];
            total[label]++;
            if (predicted[i] == attack.TargetClass) hits[label]++;
            if (predicted[i] == label) robust++;
        }
        return new TriggeredResult(new Proportion(hits.Sum(), counted.Length), new Proportion(robust, counted.Length), Pair(hits, total),
            ConfusionMatrix.Of(counted.Select(i => labels[i]), predicted));
    }

    private static Proportion[] Pair(int[] hits, int[] totals) => [.. hits.Zip(totals, (h, t) => new Proportion(h, t))];
}
