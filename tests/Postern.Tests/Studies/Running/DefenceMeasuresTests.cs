using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;
using Postern.Defences.Detectors;
using Postern.Defences.Scans;
using Postern.Evaluation;
using Postern.Native;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Defences;
using Postern.Tests.Models;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Tests.Studies;

/// <summary>A detector and a scan, small and real, from a trained model to its result on disk.</summary>
public sealed class DefenceMeasuresTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dataset dataset = SampleDefences.Stripes(train: 400, test: 64);
    private readonly PatchMlp model = new(patchSize: 8, embedDim: 16, classes: 4);
    private readonly Attack attack = AttackCatalog.Create(new Choice(AttackCatalog.All.Single(a => a.Name == "badnets")),
        new DatasetTraits("signs", TargetClass: 0))!;
    private readonly CellDirectory directory;
    private readonly Cell cell;

    public DefenceMeasuresTests()
    {
        cell = StudyFile.Read(folder.File("s.yaml", "datasets: [signs]\nmodels: [vim]\nattacks: [badnets]\npreset: quick"),
            SampleCatalogs.All, []).Cells[0];
        directory = new CellDirectory(folder.File("runs/s"), cell);
        directory.Start();
    }

    public void Dispose()
    {
        model.Dispose();
        dataset.Dispose();
        folder.Dispose();
    }

    private Evaluator Evaluator => new(model,
        new BatchLoader(dataset.Test, dataset.Mean, dataset.Std, dataset.InputSize, Augmentations.Centre, null, 16, Workers: 2),
            Seed: 7);

    private CleanPictures Clean => new(dataset, dataset.CleanSplit, batchSize: 8, workers: 2, ComputeDevice.Cpu);

    private CellResult Measured()
    {
        (CleanResult clean, TriggeredResult? triggered) = Evaluator.Measure(attack);
        return CellResult.Of(cell, MeasuredInput.Plain, clean, triggered, PoisonPlan.Empty, model.ParameterCount, [],
            DateTimeOffset.UnixEpoch);
    }

    private CellResult Add(Defence defence, CellResult result) =>
        new DefenceMeasures("sample", defence, directory, Clean, (_, share, _) => Assert.InRange(share, 0, 1))
            .AddTo(result, Evaluator, attack, MeasuredWeights.Last, CancellationToken.None);

    [Fact]
    public void A_detector_scores_every_picture_and_the_scores_lie_beside_the_result()
    {
        CellResult result = Add(new Defence { Detector = new Brightness() }, Measured());
        Detection detection = Assert.Single(result.Detections);
        Assert.Equal(("sample", MeasuredWeights.Last, 64, 48),
            (detection.Detector, detection.Weights, detection.FalsePositives.Total, detection.All.TruePositives.Total));
        IReadOnlyList<PictureScore> scores = directory.ReadScores(detection)!;
        Assert.Equal(112, scores.Count);
        Assert.Equal(Evaluator.Order(attack), scores.Where(s => s.Triggered).Select(s => s.Index));
        Assert.All(scores, s => Assert.Equal(dataset.Test.Labels[s.Index], s.Label));
        // Answers and scores belong to the same pictures: asked once more, the model says the same of each.
        Assert.Equal(Evaluator.Unlabelled(null).Predict(model, pass: 0),
            scores.Where(s => !s.Triggered).Select(s => s.Predicted));
        directory.WriteResult(result);
        Assert.Equal(detection.All.Auroc, directory.ReadResult()!.Detections[0].All.Auroc);
    }

    [Fact]
    public void On_a_clean_model_a_detector_has_false_alarms_and_nothing_else()
    {
        CellResult result = new DefenceMeasures("sample", new Defence { Detector = new Brightness() }, directory, Clean,
            (_, _, _) => { })
            .AddTo(Measured(), Evaluator, attack: null, MeasuredWeights.Last, CancellationToken.None);
        directory.WriteResult(result);
        Detection detection = Assert.Single(directory.ReadResult()!.Detections);
        Assert.Equal((64, 0), (detection.FalsePositives.Total, detection.All.TruePositives.Total));
        Assert.True(double.IsNaN(detection.All.Auroc));
        Assert.Equal(64, directory.ReadScores(detection)!.Count);
        Assert.Null(DetectorCurve.Of(directory, result));
        Assert.False(SampleDefences.Make("patch-drop", ("protocol", "detect")).DetectsOnCleanModels);
    }

    [Fact]
    public void A_scan_gives_a_statistic_for_each_class_and_flags_what_stands_out()
    {
        CellResult plain = Add(new Defence { Scan = new HeadNorms() }, Measured());
        Assert.Empty(Assert.Single(plain.Scans).Flagged);
        using (no_grad()) model.get_parameter("head.weight")![2].mul_(50);
        ScanResult scan = Assert.Single(Add(new Defence { Scan = new HeadNorms() }, Measured()).Scans);
        Assert.Equal([2], scan.Flagged);
        Assert.Equal(4, scan.Classes.Count);
        Assert.Equal("norm of the head's row", scan.Statistic);
    }

    [Fact]
    public void A_defence_in_training_only_has_nothing_to_do_afterwards()
    {
        Assert.False(DefenceMeasures.Any(SampleDefences.Make("patch-drop", ("protocol", "train"))));
        Assert.False(DefenceMeasures.Any(Defence.None));
        Assert.True(DefenceMeasures.Any(SampleDefences.Make("patch-drop", ("protocol", "detect"))));
    }

    /// <summary>The mean of a picture against that of the clean split: a trigger that brightens stands out.</summary>
    private sealed class Brightness : IInputDetector
    {
        public int Passes => 1;

        public InputScores Score(Inspection inspection)
        {
            double usual = Means(new UnlabelledPictures(
                inspection.Clean.Validation, [.. Enumerable.Range(0, inspection.Clean.Validation.Images.Count)],
                    inspection.Seed)).Average();
            int[] predicted = inspection.Pictures.Predict(inspection.Model, pass: 0, cancel: inspection.Cancel);
            inspection.Passed();
            return new InputScores(new ScoreScale("brightness above the clean mean", 0.1, LowRaises: false),
                [.. predicted.Zip(Means(inspection.Pictures), (p, mean) => new InputScore(p, mean - usual))]);
        }

        private static double[] Means(UnlabelledPictures pictures) =>
            [.. pictures.Inputs(pass: 0).SelectMany(batch => batch.mean([1, 2, 3]).data<float>().ToArray())
                .Select(mean => (double)mean)];
    }

    /// <summary>Norms of the rows of the head, flagged where they are far above the median.</summary>
    private sealed class HeadNorms : IModelScan
    {
        public ScanVerdict Scan(ScanInputs given)
        {
            using Tensor norms = given.Model.get_parameter($"{given.Model.Head}.weight")!.detach().norm(1).to(ScalarType.Float64);
            double[] values = norms.data<double>().ToArray();
            double median = values.Order().ElementAt(given.Classes / 2);
            return new ScanVerdict("norm of the head's row", values,
                [.. Enumerable.Range(0, given.Classes).Where(c => values[c] > 5 * median)]);
        }
    }
}
