using Postern.Configuration;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;
using static Postern.Tests.Models.StoredNetwork;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>A network is found in its file wherever the program put it and whatever wrapped its names.</summary>
public sealed class WeightNamesTests : IDisposable
{
    private const int Classes = 3;

    private readonly CheckpointFile file = new();
    private readonly StoredNetwork stored = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        file.Dispose();
    }

    private static Backbone Network(string name, int classes = Classes, long seed = 7) =>
        ModelCatalog.Create(new Choice(ModelCatalog.All.Get(name, "test")), classes, 32, seed);

    private static Dictionary<string, Tensor> Wrapped(Backbone model, string prefix) =>
        model.state_dict().ToDictionary(w => prefix + w.Key, w => w.Value);

    private Checkpoint Open(string code, string at = "")
    {
        file.Write(stored.File(code));
        return Checkpoint.Open(file.Path, BestWeights.OfCatalog, at);
    }

    private static void AssertHolds(Backbone model, IReadOnlyDictionary<string, Tensor> weights)
    {
        Dictionary<string, Tensor> own = model.state_dict();
        Assert.Equal(own.Keys.Order(StringComparer.Ordinal), weights.Keys.Order(StringComparer.Ordinal));
        Assert.All(own, w => Assert.True(w.Value.Equals(weights[w.Key].reshape(w.Value.shape)), w.Key));
    }

    private IReadOnlyList<string> StartFrom(string code, Backbone model, string at = "")
    {
        file.Write(stored.File(code));
        var choice = new Choice(ModelCatalog.All.Get("resnet-mini", "test"),
            new Dictionary<string, string> { ["checkpoint"] = file.Path, ["checkpoint_at"] = at });
        return StartingPoint.Apply(model, choice);
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("module.module.")]
    [InlineData("model.")]
    [InlineData("net.")]
    [InlineData("backbone.")]
    [InlineData("model.module.")]
    [InlineData("model._orig_mod.backbone.")]
    [InlineData("_fsdp_wrapped_module.")]
    public void What_every_name_begins_with_is_taken_off_until_a_model_is_seen(string prefix)
    {
        foreach (string name in new[] { "resnet-mini", "vim-mini", "mambaout-mini" })
        {
            using Backbone model = Network(name), other = Network(name, seed: 8);
            using Checkpoint flat = Open(stored.Dictionary(Wrapped(model, prefix)));
            AssertHolds(model, flat.Weights);
            Assert.Equal((prefix, ""), (flat.Chosen.Prefix, flat.WeightsAt));
            using Checkpoint nested =
                Open(Outer(("state_dict", stored.Dictionary(Wrapped(model, prefix))), ("epoch", "K\u0007")));
            AssertHolds(model, nested.Weights);
            Assert.Equal(["epoch"], nested.OtherKeys);
        }
    }

    [Fact]
    public void Wrappers_inside_names_are_taken_out()
    {
        using Backbone model = Network("vim-mini");
        Dictionary<string, Tensor> wrapped = model.state_dict()
            .ToDictionary(w => "module." + w.Key.Replace("mixer.", "_orig_mod.mixer.", StringComparison.Ordinal), w => w.Value);
        using Checkpoint checkpoint = Open(stored.Dictionary(wrapped));
        AssertHolds(model, checkpoint.Weights);
    }

    [Fact]
    public void The_counter_of_averaged_weights_hides_nothing_and_is_no_weight()
    {
        using Backbone model = Network("resnet-mini");
        Dictionary<string, Tensor> averaged = Wrapped(model, "module.");
        averaged["n_averaged"] = tensor(5L);
        using (Checkpoint checkpoint = Open(stored.Dictionary(averaged))) AssertHolds(model, checkpoint.Weights);
        Dictionary<string, Tensor> flat = model.state_dict();
        flat["n_averaged"] = tensor(new[] { 5L });
        using Checkpoint plain = Open(stored.Dictionary(flat));
        AssertHolds(model, plain.Weights);
        Assert.Equal(["n_averaged"], plain.OtherKeys);
    }

    [Theory]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Float32)]
    public void Counters_of_one_element_load_as_numbers_of_any_type(ScalarType type)
    {
        using Backbone model = Network("resnet-mini"), to = Network("resnet-mini", seed: 8);
        Dictionary<string, Tensor> weights = model.state_dict()
            .ToDictionary(w => w.Key, w => w.Key.EndsWith("tracked", StringComparison.Ordinal)
                ? (w.Value + 3).reshape(1).to_type(type)
                : w.Value);
        Assert.Equal([$"starts from {Path.GetFileName(file.Path)}"], StartFrom(stored.Dictionary(weights), to));
        Assert.Equal(3, to.state_dict()["bn1.num_batches_tracked"].item<long>());
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("netC")]
    [InlineData("my net")]
    public void Weights_under_an_unknown_key_beside_loose_tensors_are_found(string key)
    {
        using Backbone model = Network("resnet-mini"), to = Network("resnet-mini", seed: 8);
        string code = Outer(("best_acc", stored.Tensor(tensor(0.5f))), ("mask", stored.Tensor(ones(8, 8))),
            ("pattern", stored.Tensor(ones(3, 8, 8))), (key, stored.Dictionary(Wrapped(model, "module."))),
            ("history", stored.Tensor(ones(5))), ("lr", stored.Tensor(ones(1))), ("epoch", "K\u0007"));
        using (Checkpoint checkpoint = Open(code))
        {
            AssertHolds(model, checkpoint.Weights);
            Assert.Equal(key, checkpoint.WeightsAt);
            Assert.Equal(["best_acc", "epoch", "history", "lr", "mask", "pattern"], checkpoint.OtherKeys);
            Assert.Equal([KeyValuePair.Create(key, 122), KeyValuePair.Create(".", 5)], checkpoint.Places);
        }
        Assert.Equal([$"starts from weights (at '{key}', names without 'module.')"], StartFrom(code, to));
        AssertHolds(model, to.state_dict());
    }

    [Fact]
    public void Dictionaries_in_dictionaries_and_in_lists_are_found()
    {
        using Backbone model = Network("vim-mini");
        string weights = stored.Dictionary(model.state_dict());
        using (Checkpoint deep = Open(Outer(("trainer", Outer(("student", weights), ("step", "K\u0001"))))))
        {
            AssertHolds(model, deep.Weights);
            Assert.Equal("trainer.student", deep.WeightsAt);
        }
        using Checkpoint item = Open("K\u0003" + weights + "\u0086");
        AssertHolds(model, item.Weights);
        Assert.Equal("[1]", item.WeightsAt);
    }

    [Fact]
    public void A_network_among_other_parts_of_one_dictionary_is_found_and_the_rest_is_said()
    {
        using Backbone model = Network("resnet-mini");
        Dictionary<string, Tensor> module = Wrapped(model, "model.");
        module["criterion.weight"] = ones(Classes);
        using Checkpoint checkpoint = Open(Outer(("state_dict", stored.Dictionary(module))));
        AssertHolds(model, checkpoint.Weights);
        Assert.Equal(["state_dict.criterion.weight"], checkpoint.OtherKeys);
    }

    [Fact]
    public void Of_two_networks_the_one_that_fits_best_is_taken_unless_the_study_names_the_other()
    {
        using Backbone teacher = Network("resnet-mini", classes: 5), student = Network("resnet-mini"),
            to = Network("resnet-mini", seed: 9);
        string code = Outer(("teacher", stored.Dictionary(teacher.state_dict())),
            ("student", stored.Dictionary(student.state_dict())));
        StartFrom(code, to);
        AssertHolds(student, to.state_dict());
        IReadOnlyList<string> notes = StartFrom(code, to, at: "teacher");
        Assert.Contains("at 'teacher'", notes[0]);
        Assert.Contains("5 classes there", notes[1]);
        Assert.True(to.state_dict()["conv1.weight"].Equals(teacher.state_dict()["conv1.weight"]));
        Assert.Contains("holds no tensors at 'pupil'; there are some at teacher, student",
            Assert.Throws<InputException>(() => StartFrom(code, to, at: "pupil")).Message);
    }

    [Fact]
    public void An_average_stands_for_the_weights_only_where_nothing_else_fits()
    {
        using Backbone model = Network("resnet-mini"), average = Network("resnet-mini", seed: 8);
        string ema = stored.Dictionary(Wrapped(average, "module."));
        using (Checkpoint both = Open(Outer(("ema", ema), ("net", stored.Dictionary(model.state_dict())))))
        {
            AssertHolds(model, both.Weights);
            AssertHolds(average, both.Ema!);
        }
        using Checkpoint alone = Open(Outer(("model_ema", ema), ("best_acc", stored.Tensor(ones(1)))));
        AssertHolds(average, alone.Weights);
        AssertHolds(average, alone.Ema!);
    }

    [Fact]
    public void A_misfit_is_told_of_the_dictionary_that_is_nearest()
    {
        using Backbone model = Network("resnet-mini"), to = Network("resnet-mini");
        Dictionary<string, Tensor> lacking = Wrapped(model, "net.");
        lacking.Remove("net.bn1.weight");
        string message = Assert.Throws<InputException>(
            () => StartFrom(Outer(("a", stored.Dictionary(lacking)), ("b", stored.Tensor(ones(4)))), to)).Message;
        Assert.Contains("it lacks 'bn1.weight';", message);
        using Backbone other = Network("vim-mini");
        // A part of it would have fewer names that the model lacks.
        Assert.Contains("it lacks 'patch_embed.proj.weight'", Assert.Throws<InputException>(
            () => StartFrom(
                stored.Dictionary(other.state_dict().Where(w => !w.Key.StartsWith("patch_embed", StringComparison.Ordinal))),
                Network("vim-mini"))).Message);
    }

    [Fact]
    public void An_unset_place_leaves_no_trace_in_a_cells_id()
    {
        OptionInfo option = ModelCatalog.All[0].Options.Single(o => o.Name == "checkpoint_at");
        Assert.Equal((option.Default, ""), (option.Neutral, option.Default));
    }
}
