using Postern.Attacks;
using Postern.Cli.Commands;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences.Detectors;
using Postern.Defences.Repairs;
using Postern.Defences.Sites;
using Postern.Evaluation;
using Postern.Models;
using Postern.Studies;
using Postern.Tests.Studies;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Tests.Defences;

/// <summary>Parts that defences share, without any training.</summary>
public sealed class DefencePartsTests
{
    [Fact]
    public void A_re_tuning_set_has_a_few_poisons_with_the_targets_label_and_none_of_the_target()
    {
        using Dataset data = SampleDefences.Stripes(train: 400);
        Attack attack =
            AttackCatalog.Create(new Choice(AttackCatalog.All.Get("badnets", "test")), new DatasetTraits("stripes", 1))!;
        RetuningSet set = RetuningSet.Of(attack, data.Train, crops: false, seed: 3);
        Assert.Equal((RetuningSet.UsualPoisons, 2 * RetuningSet.UsualPoisons), (set.Poisons, set.Images.Count));
        for (int i = 0; i < set.Images.Count; i++)
        {
            bool poison = i < set.Poisons;
            Assert.Equal(poison, set.Transform.Changes(i));
            Assert.Equal(poison ? 1 : set.Images.Labels[i], set.Transform.LabelOf(i, set.Images.Labels[i]));
            if (poison) Assert.NotEqual(1, set.Images.Labels[i]);
        }
        Assert.Equal(set.Images.Labels, RetuningSet.Of(attack, data.Train, crops: false, seed: 3).Images.Labels);
        Assert.Equal(1000, RetuningSet.SizeOf(50_000, RetuningSet.Share));
    }

    [Fact]
    public void A_calibrated_scan_rests_on_clean_models_that_all_attacks_share()
    {
        using var folder = new TemporaryFolder();
        const string Text = """
            datasets: [{name: signs, train: 160, test: 64}]
            models: [resnet-mini]
            attacks: [badnets, blend]
            preset: quick
            defences: [{name: mm-bd, clean_models: COUNT}]
            """;
        Study With(string count) =>
            StudyArguments.ReadFile(folder.File($"{count}.yaml", Text.Replace("COUNT", count, StringComparison.Ordinal)), []);
        Study study = With("2"), plain = With("0");
        MeasureTask[] first = [.. study.Work.Of(study.Cells[0]).Calibration],
            second = [.. study.Work.Of(study.Cells[1]).Calibration];
        Assert.Equal(first, second);
        Assert.Equal([("none", 9001L), ("none", 9002L)], first.Select(c => (c.Cell.Attack.Name, c.Cell.Seed)));
        Assert.All(first, c => Assert.NotNull(c.TrainedBy));
        Assert.All(first, c => Assert.Empty(c.Calibration));
        Assert.All(first, c => Assert.Contains(c.Cell, WorkGraph.NeededBy(study.Work.Of(study.Cells[0]))));
        Assert.Empty(plain.Work.Of(plain.Cells[0]).Calibration);
        Assert.NotEqual(plain.Cells[0].Id, study.Cells[0].Id);
    }

    [Fact]
    public void Trajectories_of_two_groups_are_joined_by_the_gap_between_them()
    {
        double[][] near = [[1, 0], [1, 0.1], [1, 0.2]], apart = [[1, 0], [1, 0.1], [0, 1], [0.1, 1]];
        Assert.True(ProgressiveMasking.JoiningDistance(near) < 0.02);
        Assert.InRange(ProgressiveMasking.JoiningDistance(apart), 0.7, 1);
        Assert.Equal(0, ProgressiveMasking.JoiningDistance([[3, 4]]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_layer_before_another_is_folded_into_it_with_its_gradients(bool convolution)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        var weight = new Parameter(convolution ? randn(5, 4, 3, 3) : randn(5, 4));
        Parameter? bias = convolution ? null : new Parameter(randn(5));
        Tensor x = convolution ? randn(2, 4, 6, 6) : randn(7, 4), before = weight.detach().clone();
        Tensor? biasBefore = bias?.detach().clone();
        using var plug = new InputPlug(new BlockInput(weight, bias));
        plug.Put();
        AssertNear(before, weight);
        using (no_grad())
        {
            plug.Matrix.copy_(randn(4, 4));
            plug.Shift?.copy_(randn(4));
        }
        Tensor matrix = plug.Matrix.detach().clone().requires_grad_(),
            shift = (plug.Shift?.detach().clone() ?? zeros(4)).requires_grad_();
        plug.Put();

        Tensor plugged = x.movedim([1], [-1]).matmul(matrix.t()) + shift;
        Tensor apart = Layer(plugged.movedim([-1], [1]), before, biasBefore), folded = Layer(x, weight, bias);
        apart.square().sum().backward();
        folded.square().sum().backward();
        plug.TakeGradients();
        AssertNear(apart, folded);
        AssertNear(matrix.grad!, plug.Matrix.grad!);
        if (plug.Shift is not null) AssertNear(shift.grad!, plug.Shift.grad!);

        Tensor Layer(Tensor input, Tensor w, Tensor? b) => convolution ? nn.functional.conv2d(input, w, padding: [1, 1])
            : nn.functional.linear(input, w, b!);

        static void AssertNear(Tensor expected, Tensor actual) =>
            Assert.True((expected - actual).abs().max().item<float>() <= 1e-4 * (1 + expected.abs().max().item<float>()));
    }

    [Fact]
    public void The_second_best_class_is_never_the_own_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor logits = tensor(new float[,] { { 1, 3, 2 }, { 9, -1, 0 } }), own = tensor(new long[] { 1, 1 });
        Assert.Equal([2, 0], Npd.StrongestOther(logits, own).data<long>().ToArray());
    }

    [Fact]
    public void Distillation_pulls_as_hard_whatever_the_places_of_its_maps()
    {
        using DisposeScope scope = NewDisposeScope();
        Nad Made(string scaled) =>
            Assert.IsType<Nad>(SampleDefences.Make("nad", ("scale_betas", scaled)).Repair);
        Tensor own = randn([2, 3, 4, 4]), taught = randn([2, 3, 4, 4]);
        double Pull(Nad nad, long times)
        {
            Tensor a = own.repeat_interleave(times, 2).repeat_interleave(times, 3),
                b = taught.repeat_interleave(times, 2).repeat_interleave(times, 3);
            return nad.Weight(1, a) * Nad.Distance(Nad.Attention(a, 2), Nad.Attention(b, 2)).item<float>();
        }
        Assert.Equal(1000, Made("true").Weight(1, zeros([1, 1, 16, 16])));
        Assert.Equal(1000, Made("false").Weight(1, zeros([1, 1, 2, 2])));
        Assert.Equal(1, Pull(Made("true"), 4) / Pull(Made("true"), 1), 1e-5);
        Assert.Equal(1 / 16.0, Pull(Made("false"), 4) / Pull(Made("false"), 1), 1e-5);
    }

    [Fact]
    public void Tokens_are_shuffled_in_training_only_and_come_back_to_their_places()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Backbone model = ModelCatalog.Create(new Choice(ModelCatalog.All.Get("vim", "test"), new Dictionary<string, string>
        {
            ["patch_size"] = "2",
            ["embed_dim"] = "16",
            ["depth"] = "2",
        }), 4, 8, seed: 1);
        Assert.True(model.OrdersTokens);
        float[] Logits(bool training, double rate)
        {
            model.train(training);
            (model.TokenShuffle, model.StepKey) = (rate, (5, 7));
            manual_seed(1);
            return model.forward(linspace(-1, 1, 2 * 3 * 64).view(2, 3, 8, 8)).data<float>().ToArray();
        }
        float[] still = Logits(training: false, 0);
        Assert.Equal(still, Logits(training: false, 1));
        Assert.Equal(still, Logits(training: true, 0));
        float[] shuffled = Logits(training: true, 1);
        Assert.NotEqual(still, shuffled);
        Assert.Equal(shuffled, Logits(training: true, 1));
    }
}
