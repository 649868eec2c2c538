using Postern.Configuration;
using Postern.Kernels;
using Postern.Training.Optimisation;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Scans;

/// <summary>
/// Neural Cleanse (Wang et al. 2019; <c>docs/reference/defences.md 16</c>): for each class the smallest trigger that sends clean
/// pictures to it; a class that needs a much smaller one than the others is said to be a backdoor's target. Clean models exceed
/// the published cut of 2, too, so that it is worth calibrating. With ten classes the index rests on ten numbers.
/// </summary>
public sealed record NeuralCleanse : IModelScan
{
    private const string Pixel = "pixel", Patch = "patch", Tile = "tile";
    private const int BatchSize = 64;
    private const double Beta1 = 0.5, Beta2 = 0.9;

    internal static DefenceEntry Entry { get; } = new("neural-cleanse", "searches the smallest trigger of each class",
    [
        new("form", OptionKind.Word, Pixel,
            "pixel: a mask value for each pixel; patch: for each patch; tile: a tile added everywhere, which finds patch-pixel")
        {
            Allowed = [Pixel, Patch, Tile],
        },
        new("patch", OptionKind.Integer, "4", "side of a patch or tile in pixels; must divide the input") { Min = 1, Max = 1024 },
        new("search_epochs", OptionKind.Integer, "30", "passes over the clean pictures for a class, at most") { Min = 1 },
        new("search_pictures", OptionKind.Integer, "500", "clean pictures of a pass; 0 for all of the clean split") { Min = 0 },
        new("success", OptionKind.Number, "0.98", "share of pictures that a trigger must send to the class") { Min = 0, Max = 1 },
        new("rate", OptionKind.Number, "0.1", "learning rate of Adam") { Min = 0 },
        new("cost", OptionKind.Number, "0.001", "weight of the trigger's size at first") { Min = 0 },
        new("cost_multiplier", OptionKind.Number, "2", "what the weight is multiplied by") { Min = 1 },
        new("patience", OptionKind.Integer, "5", "epochs in a row that move the weight") { Min = 1 },
        ScanCalibration.Option,
        new("cut", OptionKind.Number, "2", "anomaly index above which a class is flagged") { Min = 0 },
    ],
        (choice, dataset) => dataset.InputSize % choice.Integer("patch") == 0 || choice.Word("form") == Pixel
            ? new Defence
            {
                Scan = new NeuralCleanse
                {
                    Form = choice.Word("form"),
                    PatchSide = choice.Integer("patch"),
                    Epochs = choice.Integer("search_epochs"),
                    Pictures = choice.Integer("search_pictures"),
                    Success = (double)choice.Number("success"),
                    Rate = (double)choice.Number("rate"),
                    Cost = (double)choice.Number("cost"),
                    Multiplier = (double)choice.Number("cost_multiplier"),
                    Patience = choice.Integer("patience"),
                    Cut = (double)choice.Number("cut"),
                },
            }
            : throw choice.Error($"patch {choice.Integer("patch")} does not divide the {dataset.InputSize}-pixel input"))
    {
        Scans = true,
    };

    private string Form { get; init; } = Pixel;
    private int PatchSide { get; init; } = 4;
    private int Epochs { get; init; } = 30;
    private int Pictures { get; init; } = 500;
    private double Success { get; init; } = 0.98;
    private double Rate { get; init; } = 0.1;
    private double Cost { get; init; } = 1e-3;
    private double Multiplier { get; init; } = 2;
    private int Patience { get; init; } = 5;
    private double Cut { get; init; } = 2;

    /// <inheritdoc/>
    public ScanVerdict Scan(ScanInputs given)
    {
        using var classifier = new PixelClassifier(given.Model, given.Clean);
        using PixelPool pool = PixelPool.Of(given.Clean.Tuning, Pictures, given.Seed, given.Cancel);
        using var still = new FrozenWeights(given.Model);
        double[] sizes = new double[given.Classes];
        float[][] pictures = new float[given.Classes][];
        string statistic = "";
        for (int target = 0; target < given.Classes; target++)
        {
            using TriggerForm form = Start(given.InputSize, given.Seed, target);
            statistic = form.Statistic;
            (sizes[target], pictures[target]) = Search(form, target, classifier, pool, given);
            given.Progress((target + 1.0) / given.Classes);
        }
        AnomalyIndex anomaly = AnomalyIndex.Of(sizes);
        return new ScanVerdict(statistic, sizes, anomaly.Small(sizes, Cut))
        {
            Suspicion = anomaly.LargestBelow(sizes),
            SuspicionName = "anomaly index",
            Cut = Cut,
            Suspect = Array.IndexOf(sizes, sizes.Min()),
            Triggers = pictures,
        };
    }

    private TriggerForm Start(int size, long seed, int target) => Form switch
    {
        Pixel => PixelMask.Start(size),
        Patch => PatchMask.Start(size, PatchSide),
        _ => RecurringTile.Start(size, PatchSide, seed, target),
    };

    /// <summary>The smallest successful trigger; where none was, the last one.</summary>
    private (double Size, float[] Picture) Search(
        TriggerForm form, int target, PixelClassifier classifier, PixelPool pool, ScanInputs given)
    {
        var cost = new TriggerCost(Cost, Multiplier, Patience, Success);
        using var adam = new AdamW([.. form.Free.Select((p, i) => new TrainedParameter($"free.{i}", p, 0))], Beta1, Beta2);
        (double Size, float[] Picture) kept = default;
        for (int epoch = 0; epoch < Epochs && !cost.Stopped; epoch++)
        {
            int hits = 0;
            foreach (int[] places in pool.Shuffled(BatchSize, given.Seed, epoch))
            {
                given.Cancel.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                RandomStream stream = RandomStream.For(given.Seed, "trigger-shift", epoch, places[0]);
                (int, int) shift = (stream.NextInt(form.Period), stream.NextInt(form.Period));
                Tensor labels = full(places.Length, (long)target, int64, pool.Pixels.device);
                Tensor logits = classifier.Logits(form.Stamp(pool.Take(places).Pixels, shift));
                adam.ZeroGradients();
                (nn.functional.cross_entropy(logits, labels) + cost.Lambda * form.Size()).backward();
                adam.Step(Rate);
                hits += (int)logits.detach().argmax(1).eq(labels).sum().item<long>();
            }
            using DisposeScope end = NewDisposeScope();
            using IDisposable inference = no_grad();
            double size = form.Size().to(ScalarType.Float64).item<double>();
            if (cost.Finish(hits / (double)pool.Count, size) || cost.BestEpoch is null)
                kept = (size, form.Picture().cpu().contiguous().data<float>().ToArray());
        }
        return kept;
    }
}
