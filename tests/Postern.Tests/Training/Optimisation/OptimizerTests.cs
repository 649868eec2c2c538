using Postern.Training.Optimisation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Postern.Training.Optimisation.AdamW;

namespace Postern.Tests.Training.Optimisation;

/// <summary>Our fused optimisers against the library's.</summary>
public class OptimizerTests
{
    private const int Steps = 20;

    [Fact]
    public void AdamW_walks_the_librarys_way() => Walk(
        parameters => new AdamW(parameters, 0.9, 0.99),
        (p, decay) =>
            new TorchSharp.Modules.AdamW(
                [new TorchSharp.Modules.AdamW.ParamGroup([p],
                    new TorchSharp.Modules.AdamW.Options { LearningRate = 0.01, beta1 = 0.9, beta2 = 0.99, eps = 1e-8,
                        weight_decay = decay, amsgrad = false, maximize = false })], 0.01));

    [Fact]
    public void Sgd_walks_the_librarys_way() => Walk(
        parameters => new Sgd(parameters, 0.9),
        (p, decay) =>
            new SGD(
                [new SGD.ParamGroup([p], new SGD.Options { LearningRate = 0.01, momentum = 0.9, dampening = 0,
                    weight_decay = decay, nesterov = false, maximize = false })], 0.01, 0.9));

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Plain_operations_move_a_parameter_as_the_kernels_do(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(2);
        Tensor[] drawn = [randn(101), randn(101), randn(101), rand(101)];
        Tensor[] Copies(ScalarType wanted) => [.. drawn.Select(t => t.to(wanted, copy: true))];
        Tensor[] kernel = Copies(ScalarType.Float32), plain = Copies(type), heavy = Copies(ScalarType.Float32),
            slow = Copies(type);
        UpdateOps.Fused.AdamW([new(kernel[0], kernel[1], kernel[2], kernel[3], 0.99f, 0.02f, 1.5f)], 0.9f, 0.99f, 1e-8f);
        UpdateOps.Plain.AdamW([new(plain[0], plain[1], plain[2], plain[3], 0.99f, 0.02f, 1.5f)], 0.9f, 0.99f, 1e-8f);
        UpdateOps.Fused.Sgd([new(heavy[0], heavy[1], heavy[2], 0.1f)], 0.05f, 0.9f);
        UpdateOps.Plain.Sgd([new(slow[0], slow[1], slow[2], 0.1f)], 0.05f, 0.9f);
        foreach ((Tensor fused, Tensor by) in kernel.Concat(heavy).Zip(plain.Concat(slow)))
        {
            Assert.Equal(type, by.dtype);
            Assert.True((fused - by).abs().max().to(ScalarType.Float32).item<float>() < 1e-6);
        }
        Assert.False(kernel[0].Equals(drawn[0]));
        Assert.Same(UpdateOps.Fused, UpdateOps.For(drawn[0]));
        Assert.Same(UpdateOps.Plain, UpdateOps.For(drawn[0].to(ScalarType.Float64)));
    }

    [Fact]
    public void A_parameter_without_gradient_is_left_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        var moved = new Parameter(ones(3));
        var still = new Parameter(ones(3));
        using var optimizer = new AdamW([new("moved", moved, 0.1), new("still", still, 0.1)]);
        moved.sum().backward();
        optimizer.Step(0.01);
        Assert.Equal([1f, 1f, 1f], still.data<float>().ToArray());
        Assert.All(moved.data<float>().ToArray(), v => Assert.NotEqual(1f, v));
        Assert.Equal(0, optimizer.State().Single(s => s.Key == "still/step").Value.item<long>());
    }

    /// <summary>Minimises the same function of two parameters, one of which decays, by both.</summary>
    private static void Walk(Func<TrainedParameter[], Optimizer> make, Func<Parameter, double, optim.Optimizer> library)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor start = arange(-1.5, 1.5, 0.1).to_type(ScalarType.Float32);
        Parameter[] ours = [new(start.clone()), new(start.clone())], theirs = [new(start.clone()), new(start.clone())];
        double[] decays = [0.1, 0];
        using Optimizer optimizer = make([new("a", ours[0], decays[0]), new("b", ours[1], decays[1])]);
        optim.Optimizer[] references = [.. theirs.Zip(decays, library)];
        for (int step = 0; step < Steps; step++)
        {
            optimizer.ZeroGradients();
            Loss(ours).backward();
            optimizer.Step(0.01);
            foreach (optim.Optimizer reference in references) reference.zero_grad();
            Loss(theirs).backward();
            foreach (optim.Optimizer reference in references) reference.step();
        }
        for (int i = 0; i < 2; i++)
        {
            Assert.True((ours[i] - theirs[i]).abs().max().item<float>() < 2e-6, $"parameter {i} went another way");
            Assert.True((ours[i] - start).abs().max().item<float>() > 0.01, $"parameter {i} did not move");
        }
    }

    private static Tensor Loss(Parameter[] p) => ((p[0] - 0.3).square() * (p[1].sin() + 1.5)).sum() + p[1].abs().sum();
}
