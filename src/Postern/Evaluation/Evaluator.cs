using Postern.Attacks;
using Postern.Datasets;
using Postern.Models;
using Postern.Native.Paths;
using Postern.Training;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Evaluation;

/// <summary>Measures ACC, ASR and RA of a model. Nothing is filtered by whether the clean prediction was right.</summary>
/// <param name="Model">The model, put into evaluation mode.</param>
/// <param name="Loader">
/// Reads the test split with evaluation's transform; its transform is replaced where a trigger is wanted.
/// </param>
/// <param name="Seed">Seed of the draws of a defence; nothing else is drawn in tests.</param>
public sealed record Evaluator(Backbone Model, BatchLoader Loader, long Seed = 0)
{
    /// <summary>ACC, and with an attack ASR and RA.</summary>
    public (CleanResult Clean, TriggeredResult? Triggered) Measure(Attack? attack, CancellationToken cancel = default) =>
        attack is null ? (Clean(cancel), null)
        : attack.TriggeredPictures is null ? Both(attack, cancel)
        : (Clean(cancel), Triggered(attack, cancel));

    /// <summary>ACC over the whole split.</summary>
    public CleanResult Clean(CancellationToken cancel = default) =>
        ResultOf(Predict(Loader with { Transform = null }, AllPictures, cancel));

    /// <summary>ASR and RA over the pictures that count for <paramref name="attack"/>, with its test-time trigger.</summary>
    public TriggeredResult Triggered(Attack attack, CancellationToken cancel = default)
    {
        int[] counted = Counted(attack);
        return ResultOf(attack, counted, Predict(TriggeredBy(attack), counted, cancel));
    }

    /// <summary>
    /// poison_fit: of the training set's poisons, with their training-time trigger and without augmentation, those that the model
    /// takes for the target class. Covers do not count. They go the way of test pictures, through what a defence does to those.
    /// </summary>
    /// <param name="attack">The attack.</param>
    /// <param name="plan">Whom it poisoned.</param>
    /// <param name="training">The training split that it was planned for.</param>
    /// <param name="cancel">Stops it.</param>
    public Proportion PoisonFit(Attack attack, PoisonPlan plan, ImageSet training, CancellationToken cancel = default)
    {
        BatchLoader planted = Loader with
        {
            Images = training,
            Transform = new PoisonedSamples(attack, plan, Loader.InputSize != training.Size),
        };
        int[] predicted = Predict(planted, [.. plan.Poisoned], cancel);
        return new Proportion(predicted.Count(p => p == attack.TargetClass), predicted.Length);
    }

    /// <summary>
    /// <see cref="Clean"/> and <see cref="Triggered"/> from one reading of the pictures. Every batch is the one that it is there,
    /// so the results are the same to the bit.
    /// </summary>
    public (CleanResult Clean, TriggeredResult Triggered) Both(Attack attack, CancellationToken cancel = default)
    {
        int[] counted = Counted(attack);
        SelfCheck.Ensure(Model.Precision == Precision.BFloat16);
        Model.eval();
        using var noGrad = inference_mode();
        using FoundValues clean = new(), triggered = new();
        foreach (PassBatch batch in TriggeredBy(attack).LoadBoth(AllPictures, counted, Seed, epoch: 0, cancel))
            using (batch) (batch.Transformed ? triggered : clean)
                .Add(() => Predictions.ClassOfEach(Model.forward, batch.Batch.Images));
        return (ResultOf(Predictions.Classes(clean.Read<long>())),
            ResultOf(attack, counted, Predictions.Classes(triggered.Read<long>())));
    }

    /// <summary>
    /// The test pictures as a detector is given them: all of them clean, or those that count for <paramref name="attack"/> with
    /// its trigger. Nothing else is done to them.
    /// </summary>
    public UnlabelledPictures Unlabelled(Attack? attack) => Stream((attack, Order(attack)));

    /// <summary>The same of several kinds, one after another: for each its trigger, null for none, and which pictures.</summary>
    public UnlabelledPictures Stream(params IReadOnlyList<(Attack? Attack, IReadOnlyList<int> Order)> kinds) =>
        new([.. kinds.Select(k => (PlantedBy(k.Attack) with { InputTransform = null }, k.Order))], Seed);

    /// <summary>
    /// Indices of those pictures in the split, or among the attack's own (<see cref="Attack.TriggeredPictures"/>).
    /// </summary>
    /// <param name="attack">Whose trigger they carry; null for clean ones.</param>
    /// <param name="most">How many at most, every class at its share; 0 for all.</param>
    public IReadOnlyList<int> Order(Attack? attack, int most = 0)
    {
        int[] all = attack is null ? AllPictures : Counted(attack);
        if (most == 0 || most >= all.Length) return all;
        int[] labels = Array.ConvertAll(all, i => LabelsOf(attack)[i]);
        // One seed for all cells, so that they are compared on the same pictures.
        return Array.ConvertAll(SubsetImageSet.Stratified(labels, most, seed: 0), place => all[place]);
    }

    private int[] AllPictures => [.. Enumerable.Range(0, Loader.Images.Count)];

    /// <summary>True classes of the pictures that <see cref="Order"/> counts in.</summary>
    public IReadOnlyList<int> LabelsOf(Attack? attack) => (attack?.TriggeredPictures ?? Loader.Images).Labels;

    private int[] Counted(Attack attack) => attack.CountedForAsr(LabelsOf(attack));

    private BatchLoader TriggeredBy(Attack attack) => attack.TriggeredPictures is ImageSet pictures
        ? Loader with { Images = pictures, Transform = null }
        : Loader with { Transform = new TriggeredSamples(attack, Loader.InputSize != Loader.Images.Size) };

    private BatchLoader PlantedBy(Attack? attack) => attack is null ? Loader with { Transform = null } : TriggeredBy(attack);

    private int[] Predict(BatchLoader loader, int[] order, CancellationToken cancel) =>
        new UnlabelledPictures(loader, order, Seed).Predict(Model, pass: 0, cancel: cancel);

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
        IReadOnlyList<int> labels = LabelsOf(attack);
        int[] hits = new int[Loader.Images.ClassNames.Count], total = new int[hits.Length];
        int robust = 0;
        for (int i = 0; i < counted.Length; i++)
        {
            int label = labels[counted[i]];
            total[label]++;
            if (predicted[i] == attack.TargetClass) hits[label]++;
            if (predicted[i] == label) robust++;
        }
        return new TriggeredResult(new Proportion(hits.Sum(), counted.Length), new Proportion(robust, counted.Length),
            Pair(hits, total), ConfusionMatrix.Of(counted.Select(i => labels[i]), predicted));
    }

    private static Proportion[] Pair(int[] hits, int[] totals) => [.. hits.Zip(totals, (h, t) => new Proportion(h, t))];
}
