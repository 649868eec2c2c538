using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Models;
using Postern.Training.Input;

namespace Postern.Tests.Evaluation;

public class EvaluatorTests
{
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    [Theory]
    [InlineData("badnets", 47)]
    [InlineData("wanet", 40)]
    [InlineData("tact", 33)]
    public void Both_measures_are_those_of_two_passes(string name, int count)
    {
        using var model = new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 10));
        model.Initialise(5);
        Attack attack = AttackCatalog.Create(
            new Choice(AttackCatalog.All.Get(name, name)), new DatasetTraits("signs", TargetClass: 0))!;
        var loader = new BatchLoader(new StripeImages(count, size: 32, classes: 10), Half, Half, 32, Augmentations.Centre, null,
            8, Workers: 2);
        var evaluator = new Evaluator(model, loader, Seed: 1);
        (CleanResult clean, TriggeredResult triggered) = evaluator.Both(attack);
        CleanResult cleanAlone = evaluator.Clean();
        TriggeredResult triggeredAlone = evaluator.Triggered(attack);
        Assert.Equal(count, clean.Acc.Total);
        Assert.Equal(count - Enumerable.Range(0, count).Count(i => !attack.CountsForAsr(i % 10)), triggered.Asr.Total);
        Assert.Equal((cleanAlone.Acc, triggeredAlone.Asr, triggeredAlone.Ra), (clean.Acc, triggered.Asr, triggered.Ra));
        Assert.Equal(cleanAlone.PerClass, clean.PerClass);
        Assert.Equal(triggeredAlone.PerClass, triggered.PerClass);
        Assert.Equal(triggeredAlone.Confusion.Counts, triggered.Confusion.Counts);
    }

    /// <summary>
    /// Twelve pictures: of class 0 three of four are right; of class 1 three of five, of class 2 two of three. Under the trigger
    /// eight count: four of class 1 and one of class 2 are taken for class 0, one of each is still right.
    /// </summary>
    private static readonly HandMadePictures Twelve = new(
        (0, 0, false), (0, 0, true), (0, 0, false), (0, 1, true),
        (1, 1, true), (1, 1, true), (1, 2, true), (1, 1, false), (1, 0, false),
        (2, 2, false), (2, 1, false), (2, 2, true));

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    public void Acc_asr_and_ra_are_the_counts_made_by_hand(int batchSize)
    {
        using var model = new HandMadeModel();
        Attack badNets = AttackCatalog.Create(new Choice(AttackCatalog.All.Single(a => a.Name == "badnets")),
            new DatasetTraits("signs", TargetClass: 0))!;
        var loader = new BatchLoader(Twelve, Half, Half, 32, Augmentations.Centre, null, batchSize, Workers: 2);
        (CleanResult clean, TriggeredResult? triggered) = new Evaluator(model, loader).Measure(badNets);
        Assert.Equal(new Proportion(8, 12), clean.Acc);
        Assert.Equal([new Proportion(3, 4), new Proportion(3, 5), new Proportion(2, 3)], clean.PerClass);
        Assert.Equal(new Proportion(5, 8), triggered!.Asr);
        Assert.Equal(new Proportion(2, 8), triggered.Ra);
        Assert.Equal([new Proportion(0, 0), new Proportion(4, 5), new Proportion(1, 3)], triggered.PerClass);
        Assert.Equal(
            [
                new ConfusionCount(1, 0, 4), new ConfusionCount(1, 1, 1), new ConfusionCount(2, 0, 1),
                    new ConfusionCount(2, 1, 1),
                new ConfusionCount(2, 2, 1),
            ],
            triggered.Confusion.Counts);
        var measured = Measurement.Of(MeasuredWeights.Last, MeasuredInput.Plain, (clean, triggered));
        Assert.Equal((8.0 / 12, 0.625, 0.25), (measured.Acc.Value, measured.Asr!.Value.Value, measured.Ra!.Value.Value));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    public void Poison_fit_counts_the_planned_poisons_that_are_taken_for_the_target_and_no_cover(int batchSize)
    {
        using var model = new HandMadeModel();
        Attack badNets = AttackCatalog.Create(new Choice(AttackCatalog.All.Single(a => a.Name == "badnets")),
            new DatasetTraits("signs", TargetClass: 0))!;
        var loader = new BatchLoader(Twelve, Half, Half, 32, Augmentations.Centre, null, batchSize, Workers: 2);
        // Of the poisons two of class 1 and one of class 2 obey the trigger, one is still taken for class 1.
        var plan = new PoisonPlan([4, 5, 7, 11], [6, 9], PoisonLabel: 0, RequestedPoisons: 4, RequestedCovers: 2);
        Assert.Equal(new Proportion(3, 4), new Evaluator(model, loader).PoisonFit(badNets, plan, Twelve));
    }

    [Fact]
    public void Without_an_attack_only_acc_is_measured()
    {
        using var model = new HandMadeModel();
        (CleanResult clean, TriggeredResult? triggered) =
            new Evaluator(model, new BatchLoader(Twelve, Half, Half, 32, Augmentations.Centre, null, 5,
                Workers: 1)).Measure(null);
        Assert.Equal(new Proportion(8, 12), clean.Acc);
        Assert.Null(triggered);
    }

    [Fact]
    public void A_detector_is_given_the_same_pictures_in_the_same_order_without_their_labels()
    {
        using var model = new HandMadeModel();
        Attack badNets = AttackCatalog.Create(new Choice(AttackCatalog.All.Single(a => a.Name == "badnets")),
            new DatasetTraits("signs", TargetClass: 0))!;
        var evaluator = new Evaluator(model, new BatchLoader(Twelve, Half, Half, 32, Augmentations.Centre, null, 5, Workers: 2));
        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 1, 0, 2, 1, 2], evaluator.Unlabelled(null).Predict(model, pass: 0));
        Assert.Equal([0, 0, 0, 1, 0, 2, 1, 0], evaluator.Unlabelled(badNets).Predict(model, pass: 0));
        Assert.Equal([4, 5, 6, 7, 8, 9, 10, 11], evaluator.Order(badNets));
    }
}
