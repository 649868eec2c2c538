using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;
using Postern.Defences.Detectors;
using Postern.Defences.Filters;
using Postern.Defences.Repairs;
using Postern.Defences.Scans;
using Postern.Defences.Sites;
using Postern.Evaluation;
using Postern.Models;
using Postern.Native;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Defences;

/// <summary>What official code of the field gets wrong, as claims about this program (docs/reference/defences.md 0).</summary>
public sealed class TrapTests : IDisposable
{
    private readonly Dataset data = SampleDefences.Stripes(train: 120, test: 40);
    private readonly Backbone model = Made("deit", seed: 3);

    public void Dispose()
    {
        model.Dispose();
        data.Dispose();
    }

    private static Backbone Made(string family, long seed) => ModelCatalog.Create(
        new Choice(ModelCatalog.All.Get(family, family), new Dictionary<string, string>
        {
            ["patch_size"] = "2",
            ["embed_dim"] = "16",
            ["depth"] = "3",
        }), 4, 8, seed);

    private CleanPictures Clean =>
        new(data, CleanSplit.Draw(data.Train, share: 0.4m), batchSize: 16, workers: 2, ComputeDevice.Cpu);

    private BatchLoader Training(int batch) =>
        new(data.Train, data.Mean, data.Std, 8, Augmentations.Centre, null, batch, Workers: 2);

    private RepairInputs Repair => new(model, Clean, 1, _ => { }, CancellationToken.None)
    {
        Another = () => Made("deit", seed: 4),
    };

    [Fact]
    public void First_every_pass_shows_the_pictures_in_the_same_order()
    {
        var pictures = new UnlabelledPictures(Training(16), [.. Enumerable.Range(0, 120)], seed: 1);
        float[][] first = Read(0), second = Read(1);
        Assert.Equal(first, second);
        // And each differs from its neighbours, so that another order would show.
        Assert.Equal(first.Length, first.Select(p => string.Join(' ', p)).Distinct().Count());

        float[][] Read(int pass) => [.. pictures.Pixels(pass).SelectMany(b =>
            b.unbind(0).Select(p => p.contiguous().data<float>().ToArray()).ToArray())];
    }

    [Theory]
    [InlineData("activation-clustering")]
    [InlineData("spectral-signatures")]
    [InlineData("scan")]
    public void Second_a_filter_judges_labels_whole_whatever_the_batches(string name)
    {
        ITrainingFilter filter = SampleDefences.Make(name).Filter!;
        IReadOnlyList<int> whole = Removed(120);
        Assert.Equal(whole, Removed(16));
        Assert.Equal(whole, Removed(7));
        Assert.Equal(whole, whole.Order());

        IReadOnlyList<int> Removed(int batch) => filter.Filter(new FilterInputs(model, Training(batch), Training(batch),
            new TrainingSettings { Epochs = 1, BatchSize = 16, LearningRate = 0.01, Schedule = new StepSchedule(0.01, [], 1) },
            Clean, 4, 1, _ => { }, CancellationToken.None)
        {
            Another = () => Made("deit", seed: 4),
        }).Removed;
    }

    [Fact]
    public void Third_Strip_takes_low_entropy_for_a_trigger()
    {
        var pictures = new UnlabelledPictures(Training(16), [0, 1, 2, 3], seed: 1);
        ScoreScale scale = new Strip(overlays: 2, alpha: 0.5, quantile: 0.1)
            .Score(new Inspection(model, pictures, Clean, 1, () => { }, CancellationToken.None)).Scale;
        Assert.True(scale.LowRaises);
        Assert.False(scale.Alarms(scale.Threshold));
        Assert.Equal(1, new RocCurve([0.9, 0.8], [0.1, 0.2], scale.LowRaises).Area);
    }

    [Theory]
    [InlineData("deit")]
    [InlineData("vim")]
    public void Fourth_the_maps_of_transformers_are_distilled(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone student = Made(family, seed: 3), teacher = Made(family, seed: 9);
        Tensor x = randn([2, 3, 8, 8]);
        IReadOnlyList<Tensor> own = FeatureMaps.Of(student, x).Maps, taught = FeatureMaps.Of(teacher, x).Maps;
        Assert.Equal(3, own.Count);
        Assert.All(own, m => Assert.Equal([2, 16, 4, 4], m.shape));
        Assert.All(own.Zip(taught), p =>
            Assert.True(Nad.Distance(Nad.Attention(p.First, 2), Nad.Attention(p.Second, 2)).item<float>() > 1e-6));
    }

    [Fact]
    public void Fifth_what_a_defence_is_given_leads_to_no_attack_and_to_no_test_picture()
    {
        Type[] given = [typeof(Inspection), typeof(RepairInputs), typeof(ScanInputs), typeof(FilterInputs),
            typeof(CleanPictures)];
        Type[] oracles = [typeof(Attack), typeof(PoisonPlan), typeof(Evaluator), typeof(TriggeredResult), typeof(CleanResult)];
        Assert.Empty(from type in given
                     from property in type.GetProperties()
                     where oracles.Any(o => o.IsAssignableFrom(property.PropertyType))
                     select $"{type.Name}.{property.Name}");
    }

    [Fact]
    public void Fifth_the_network_that_pruning_keeps_is_the_last_good_one_and_not_the_one_pruned_too_far()
    {
        var settings =
            new TuningSettings(UsesSgd: false, Rate: 0.01, Delta: 0, Epochs: 1, BatchSize: 16, Decay: 0, Augment: false);
        PruningSite site = PruningSite.HeadInput(model);
        float[] before = site.Weight.data<float>().ToArray();
        new FinePruning(settings, AtHead: true, Once: 0.2, Delta: -1, Tunes: false).Repair(Repair);
        // With a fall of less than -1 allowed not even step 0 passes: nothing may be pruned.
        Assert.Equal(before, site.Weight.data<float>().ToArray());
        new FinePruning(settings, AtHead: true, Once: 0.2, Delta: 1, Tunes: false).Repair(Repair);
        using Tensor dead = site.Weight.detach().abs().sum([0]).eq(0);
        Assert.Equal(FinePruning.Counts(16, 0.2)[^1], dead.sum().item<long>());
    }

    [Fact]
    public void Sixth_every_defence_runs_with_the_options_that_it_lists() =>
        Assert.All(DefenceCatalog.All, entry => Assert.NotNull(DefenceCatalog.Create(new Choice(entry), data)));
}
