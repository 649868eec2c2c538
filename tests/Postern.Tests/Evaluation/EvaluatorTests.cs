using Postern.Attacks;
using Postern.Configuration;
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
        Attack attack = AttackCatalog.Create(new Choice(AttackCatalog.All.Single(a => a.Name == name)), datasetTargetClass: 0)!;
        var loader = new BatchLoader(new StripeImages(count, size: 32, classes: 10), Half, Half, 32, Augmentations.Centre, null, 8, Workers: 2);
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
}
