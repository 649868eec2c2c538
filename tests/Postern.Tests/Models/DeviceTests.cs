using Postern.Configuration;
using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>A network that is moved to another type and back is moved whole: nothing keeps a handle on what it was.</summary>
public class DeviceTests
{
    public static TheoryData<string> Models =>
        [.. ModelCatalog.All.Where(m => m.InputSide < 224 || m.Name is "mambaout-femto" or "vim-tiny").Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_network_computes_in_float64_and_trains_in_float32_afterwards(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelEntry entry = ModelCatalog.All.First(m => m.Name == name);
        using Backbone model = entry.Build(new Choice(entry), 5, 32);
        random.manual_seed(4);
        Tensor pictures = randn(4, 3, 32, 32), labels = tensor(new long[] { 0, 1, 2, 4 });
        model.train();
        Tensor logits = model.forward(pictures);

        model.to(ScalarType.Float64);
        Assert.All(model.parameters(), p => Assert.Equal(ScalarType.Float64, p.dtype));
        Tensor exact = model.forward(pictures.to(ScalarType.Float64));
        Assert.Equal(ScalarType.Float64, exact.dtype);
        Assert.True(((exact - logits).norm() / exact.norm()).item<double>() < 1e-4, $"{name}: other logits in float64");
        nn.functional.cross_entropy(exact, labels).backward();
        Assert.All(model.named_parameters(),
            p => Assert.True(p.parameter.grad is { } g && g.dtype == ScalarType.Float64, $"{name}: {p.name} has no gradient"));

        model.to(ScalarType.Float32);
        model.zero_grad();
        Dictionary<string, Tensor> before = model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        nn.functional.cross_entropy(model.forward(pictures), labels).backward();
        using (var optimizer = new Postern.Training.Optimisation.Sgd(
            [.. model.named_parameters().Select(p => new Postern.Training.Optimisation.TrainedParameter(p.name, p.parameter, 0))],
            momentum: 0.9)) optimizer.Step(0.1);
        Tensor moved = model.forward(pictures);
        Assert.False(moved.Equals(logits), $"{name}: the step went into tensors that the network does not use");
        Assert.All(model.named_parameters(),
            p => Assert.False(p.parameter.Equals(before[p.name]), $"{name}: {p.name} did not move"));
    }

    [Fact]
    public void Kernels_are_given_what_they_compute_on_and_plain_operations_the_rest()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Same(ModelOps.Cpu, ModelOps.For(zeros(1)));
        Assert.Same(ModelOps.Cpu, ModelOps.For(zeros(1, dtype: ScalarType.BFloat16)));
        Assert.Same(ModelOps.Plain, ModelOps.For(zeros(1, dtype: ScalarType.Float64)));
        Assert.Same(ModelOps.Plain, ModelOps.For(zeros(1, device: META)));
    }

    [Fact]
    public void Memory_of_another_device_never_reaches_a_kernel()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Contains("meta", Assert.Throws<ArgumentException>(() => TensorRows.Of(zeros([2, 3], device: META))).Message,
            StringComparison.Ordinal);
    }
}
