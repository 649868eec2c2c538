using Postern.Defences.Repairs;
using Postern.Defences.Sites;
using Postern.Evaluation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>Compares what repairs compute with the reference, number for number.</summary>
[Trait("Category", "Golden")]
public class RepairGoldenTests
{
    public static TheoryData<string> Perturbations() => Of("ft_sam_perturbation");

    public static TheoryData<string> Smoothings() => Of("ft_sam_smoothing");

    public static TheoryData<string> SamSteps() => Of("ft_sam_step");

    public static TheoryData<string> Heads() => Of("fst");

    public static TheoryData<string> Prunings() => Of("fine_pruning");

    public static TheoryData<string> Attentions() => Of("nad");

    public static TheoryData<string> Tokens() => Of("nad_tokens");

    public static TheoryData<string> MaskedNorms() => Of("anp_norm");

    public static TheoryData<string> MaskSteps() => Of("anp_step");

    public static TheoryData<string> MaskThresholds() => Of("anp_prune");

    public static TheoryData<string> Bounds() => Of("clp");

    public static TheoryData<string> LinearBounds() => Of("clp_linear");

    public static TheoryData<string> Ratings() => Of("repair_scores");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Perturbations))]
    public void Perturbations_have_one_norm_over_all_tensors(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        int count = (int)golden.Number("tensors");
        Tensor[] weights = [.. Enumerable.Range(0, count).Select(i => golden.Tensor($"w_{i}"))];
        Tensor[] gradients = [.. Enumerable.Range(0, count).Select(i => golden.Tensor($"g_{i}"))];
        foreach ((string name, bool adaptive) in new[] { ("adaptive", true), ("plain", false) })
        {
            Tensor[] moves = FtSam.Moves(weights, gradients, golden.Number("rho"), adaptive);
            for (int i = 0; i < count; i++) golden.AssertTensor($"e_{name}_{i}", moves[i]);
            golden.AssertEqual($"norm_{name}", FtSam.Norm(weights, gradients, adaptive));
            double[] squares = [.. moves.Select(m => m.square().sum().item<double>())];
            golden.AssertEqual($"share_{name}", squares.Select(s => s / squares.Sum()));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Smoothings))]
    public void Smoothing_spreads_over_the_other_classes(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor logits = golden.Tensor("logits").requires_grad_();
        double s = golden.Number("smoothing");
        Tensor loss = FtSam.SmoothedLoss(logits, golden.Tensor("labels", ScalarType.Int64), s);
        loss.backward();
        golden.AssertTensor("loss_kl", loss);
        golden.AssertTensor("grad", logits.grad!);
        golden.AssertEqual("loss_ce",
            loss.item<double>() - (1 - s) * Math.Log(1 - s) - s * Math.Log(s / (logits.shape[1] - 1)));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SamSteps))]
    public void Two_steps_of_sharpness_aware_descent_end_at_the_stored_weights(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        using var weight = new Parameter(golden.Tensor("W"));
        using var bias = new Parameter(golden.Tensor("b"));
        (Tensor, Tensor) momentum = (zeros_like(weight), zeros_like(bias));
        bool adaptive = golden.Parameters.GetProperty("adaptive").GetBoolean();
        for (int step = 0; step < 2; step++)
        {
            Tensor x = golden.Tensor($"x_{step}"), labels = golden.Tensor($"labels_{step}", ScalarType.Int64);
            (weight.grad, bias.grad) = (null, null);
            (double loss, Tensor[] moves) = FtSam.AddGradients(
                () => FtSam.SmoothedLoss(nn.functional.linear(x, weight, bias), labels, golden.Number("smoothing")),
                [weight, bias], golden.Number("rho"), adaptive);
            golden.AssertEqual($"loss_{step + 1}", loss);
            golden.AssertTensor($"e_W_{step + 1}", moves[0]);
            golden.AssertTensor($"e_b_{step + 1}", moves[1]);
            Descend(golden, weight, momentum.Item1, golden.Number("weight_decay"));
            Descend(golden, bias, momentum.Item2, golden.Number("weight_decay"));
            golden.AssertTensor($"W_{step + 1}", weight);
            golden.AssertTensor($"b_{step + 1}", bias);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Heads))]
    public void The_head_turns_away_from_the_old_one_at_its_norm(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor old = golden.Tensor("W0"), x = golden.Tensor("x"), labels = golden.Tensor("labels", ScalarType.Int64);
        double alpha = golden.Number("alpha");
        Tensor drawn = golden.Tensor("W").requires_grad_();
        Tensor regulariser = Fst.Regulariser(drawn, old, alpha);
        regulariser.backward();
        golden.AssertTensor("regulariser", regulariser);
        golden.AssertTensor("grad_regulariser", drawn.grad!);
        golden.AssertTensor("loss",
            nn.functional.cross_entropy(nn.functional.linear(x, drawn, golden.Tensor("b")), labels) + regulariser);
        Tensor projected = golden.Tensor("W");
        Fst.Project(projected, old);
        golden.AssertTensor("projected", projected);
        foreach (int epochs in new[] { 1, 3 })
        {
            using var weight = new Parameter(golden.Tensor("W"));
            using var bias = new Parameter(golden.Tensor("b"));
            (Tensor, Tensor) momentum = (zeros_like(weight), zeros_like(bias));
            for (int epoch = 0; epoch < epochs; epoch++)
            {
                (weight.grad, bias.grad) = (null, null);
                (nn.functional.cross_entropy(nn.functional.linear(x, weight, bias), labels)
                    + Fst.Regulariser(weight, old, alpha)).backward();
                double rate = golden.Number("lr") * (1 + Math.Cos(Math.PI * epoch / epochs)) / 2;
                Descend(golden, weight, momentum.Item1, 0, rate);
                Descend(golden, bias, momentum.Item2, 0, rate);
                Fst.Project(weight, old);
            }
            golden.AssertTensor($"W_epochs{epochs}", weight);
            golden.AssertTensor($"b_epochs{epochs}", bias);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Prunings))]
    public void Channels_go_in_the_order_of_their_activity_until_accuracy_falls(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor activations = golden.Tensor("activations");
        int channels = (int)activations.shape[^1];
        Tensor mean = FinePruning.MeanActivity(activations.reshape(-1, channels));
        golden.AssertTensor("mean_abs", mean);
        int[] order = FinePruning.Order(mean.data<double>().ToArray()),
            counts = FinePruning.Counts(channels, golden.Number("once"));
        golden.AssertEqual("order", order);
        golden.AssertEqual("pruned_count", counts);
        golden.AssertEqual("mask", counts.SelectMany(count =>
            Enumerable.Range(0, channels).Select(c => !order.Take(count).Contains(c))));
        golden.AssertEqual("kept_step", FinePruning.KeptStep(golden.Doubles("accuracy"), golden.Number("delta")));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Attentions))]
    public void Attention_is_distilled_as_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        double[] betas = [.. golden.Parameters.GetProperty("betas").EnumerateArray().Select(b => b.GetDouble())];
        Tensor loss = tensor(0.0);
        Tensor[] students = [.. betas.Select((_, l) => golden.Tensor($"student_{l}").requires_grad_())];
        for (int l = 0; l < betas.Length; l++)
        {
            Tensor student = Nad.Attention(students[l], golden.Number("p")),
                teacher = Nad.Attention(golden.Tensor($"teacher_{l}"), golden.Number("p"));
            golden.AssertTensor($"map_student_{l}", student);
            golden.AssertTensor($"map_teacher_{l}", teacher);
            Tensor mse = Nad.Distance(student, teacher);
            golden.AssertTensor($"mse_{l}", mse);
            loss = loss + betas[l] * mse;
        }
        golden.AssertTensor("loss", loss);
        loss.backward();
        for (int l = 0; l < betas.Length; l++) golden.AssertTensor($"grad_student_{l}", students[l].grad!);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokens))]
    public void Tokens_become_maps_without_the_one_of_the_class(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor student = golden.Tensor("student").requires_grad_();
        int row = (int)golden.Number("class_index");
        Tensor own = Nad.Attention(FeatureMaps.OfTokens(student, row), golden.Number("p")),
            taught = Nad.Attention(FeatureMaps.OfTokens(golden.Tensor("teacher"), row), golden.Number("p"));
        golden.AssertTensor("map_student", own);
        golden.AssertTensor("map_teacher", taught);
        Tensor loss = golden.Number("beta") * Nad.Distance(own, taught);
        golden.AssertTensor("loss", loss);
        loss.backward();
        golden.AssertTensor("grad_student", student.grad!);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(MaskedNorms))]
    public void Masks_and_noise_act_on_norms_and_have_the_stored_gradients(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor x = golden.Tensor("x"), gamma = golden.Tensor("gamma");
        string kind = golden.Parameters.GetProperty("norm").GetString()!;
        double epsilon = golden.Number("epsilon");
        using var scale = new Parameter(gamma.clone());
        using Parameter? shift = golden.Has("beta") ? new Parameter(golden.Tensor("beta")) : null;
        using var mask = new NeuronMask([new NormLayer("norm", scale, shift, kind == "batch")]);
        mask.SetMasks([golden.Tensor("mask")]);
        mask.SetNoise([golden.Tensor("noise_gamma")], [shift is null ? null : golden.Tensor("noise_beta")]);
        mask.Put(noise: false);
        golden.AssertTensor("clean", Norm());
        mask.Put(noise: true);
        Tensor noisy = Norm();
        golden.AssertTensor("noisy", noisy);
        (noisy * golden.Tensor("grad_out")).sum().backward();
        golden.AssertTensor("grad_mask", mask.ScaleGradients()[0]);
        golden.AssertTensor("grad_noise_gamma", mask.ScaleGradients()[0]);
        if (shift is not null) golden.AssertTensor("grad_noise_beta", mask.ShiftGradients()[0]!);

        Tensor Norm() => kind switch
        {
            "batch" => nn.functional.batch_norm(x, golden.Tensor("running_mean"), golden.Tensor("running_var"), scale, shift,
                training: false, eps: epsilon),
            "layer" => nn.functional.layer_norm(x, [x.shape[^1]], scale, shift, epsilon),
            _ => x * scale / (x.square().mean([-1], keepdim: true) + epsilon).sqrt(),
        };
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(MaskSteps))]
    public void Noise_climbs_and_masks_descend_as_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        using var scale = new Parameter(golden.Tensor("gamma"));
        using var shift = new Parameter(golden.Tensor("beta"));
        using var mask = new NeuronMask([new NormLayer("norm", scale, shift, false)]);
        var anp =
            new Anp(golden.Number("eps"), (int)golden.Number("steps"), golden.Number("alpha"), golden.Number("lr"), 2, 0, 1);
        Assert.Equal(0.9, golden.Number("momentum"));
        for (int i = 0; i < 2; i++)
        {
            Tensor x = golden.Tensor($"x_{i}"), labels = golden.Tensor($"labels_{i}", ScalarType.Int64);
            mask.SetNoise([golden.Tensor($"start_gamma_{i}")], [golden.Tensor($"start_beta_{i}")]);
            double loss = anp.Iterate(mask, () => nn.functional.cross_entropy(nn.functional.linear(
                nn.functional.layer_norm(x, [x.shape[1]], scale, shift, golden.Number("layer_norm_epsilon")), golden.Tensor("W"),
                golden.Tensor("b")), labels));
            golden.AssertEqual($"loss_{i + 1}", loss);
            golden.AssertTensor($"noise_gamma_{i + 1}", mask.ScaleNoises[0]);
            golden.AssertTensor($"noise_beta_{i + 1}", mask.ShiftNoises[0]!);
            golden.AssertTensor($"mask_{i + 1}", mask.Masks[0]);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(MaskThresholds))]
    public void Masks_at_the_threshold_go(string manifest)
    {
        var golden = new DefenceGolden(manifest);
        double[] masks = golden.Doubles("mask"), thresholds = golden.Doubles("threshold");
        golden.AssertEqual("pruned", thresholds.SelectMany(t => masks.Select(m => Anp.IsPruned(m, t))));
        golden.AssertEqual("count", thresholds.Select(t => masks.Count(m => Anp.IsPruned(m, t))));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Bounds))]
    public void Channels_with_a_large_bound_go(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        AssertJudged(golden, Clp.Scores(golden.Tensor("weight"), golden.Tensor("gamma"), golden.Tensor("running_var")));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(LinearBounds))]
    public void Rows_with_a_large_norm_go(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        AssertJudged(golden, Clp.LinearScores(golden.Tensor("weight"), golden.Tensor("gamma")));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Ratings))]
    public void Repairs_are_rated_as_the_formulas_say(string manifest)
    {
        var golden = new DefenceGolden(manifest);
        int target = (int)golden.Number("target"), source = (int)golden.Number("source_class");
        int[] labels = golden.Integers("label_triggered"), clean = golden.Integers("label_clean");
        int[] counted = [.. labels.Index().Where(l => l.Item != target && (source < 0 || l.Item == source)).Select(l => l.Index)];
        golden.AssertEqual("counted", counted.Length);
        double accBefore = Acc("before"), accAfter = Acc("after"), asrBefore = Asr("triggered_before"),
            asrAfter = Asr("triggered_after"), raBefore = Ra("before"), raAfter = Ra("after");
        golden.AssertEqual("acc_before", accBefore);
        golden.AssertEqual("acc_after", accAfter);
        golden.AssertEqual("asr_before", asrBefore);
        golden.AssertEqual("asr_after", asrAfter);
        golden.AssertEqual("ra_before", raBefore);
        golden.AssertEqual("ra_after", raAfter);
        golden.AssertEqual("der", RepairScores.Der(accBefore, asrBefore, accAfter, asrAfter));
        golden.AssertEqual("rir", RepairScores.Rir(accBefore, raBefore, accAfter, raAfter));
        golden.AssertEqual("o_asr", asrAfter);
        golden.AssertEqual("p_asr", Asr("triggered_purified_retuned"));
        golden.AssertEqual("floor_o_asr", Asr("triggered_clean"));
        golden.AssertEqual("floor_p_asr", Asr("triggered_clean_retuned"));
        var retune = golden.Parameters.GetProperty("retune");
        golden.AssertEqual("retune_size", RetuningSet.SizeOf(
            retune.GetProperty("n_train").GetInt32(), retune.GetProperty("ratio").GetDecimal()));

        double Acc(string when) => golden.Integers($"pred_clean_{when}").Zip(clean).Count(p => p.First == p.Second)
            / (double)clean.Length;
        double Asr(string whose)
        {
            int[] predicted = golden.Integers($"pred_{whose}");
            return counted.Count(i => predicted[i] == target) / (double)counted.Length;
        }
        double Ra(string when)
        {
            int[] predicted = golden.Integers($"pred_triggered_{when}");
            return counted.Count(i => predicted[i] == labels[i]) / (double)counted.Length;
        }
    }

    private static TheoryData<string> Of(string wanted) => [.. GoldenFolder.Manifests(kind => kind == wanted)];

    /// <summary>SGD with momentum, the decay added to the gradient.</summary>
    private static void Descend(DefenceGolden golden, Parameter parameter, Tensor momentum, double decay, double? rate = null)
    {
        using var noGrad = no_grad();
        momentum.mul_(golden.Number("momentum")).add_(parameter.grad! + decay * parameter);
        parameter.sub_((rate ?? golden.Number("lr")) * momentum);
    }

    private static void AssertJudged(DefenceGolden golden, Tensor scores)
    {
        golden.AssertTensor("score", scores);
        double[] values = scores.data<double>().ToArray();
        double[] limits = [.. golden.Parameters.GetProperty("u").EnumerateArray().Select(u => u.GetDouble())];
        golden.AssertEqual("mean", Clp.Judge(values, 0).Mean);
        golden.AssertEqual("std", Clp.Judge(values, 0).Deviation);
        golden.AssertEqual("pruned", limits.SelectMany(u => Clp.Judge(values, u).Pruned));
    }
}
