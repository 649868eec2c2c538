using Postern.Attacks.Learned;
using Postern.Configuration;
using Postern.Learning;
using Postern.Models;
using Postern.Models.Layers;
using Postern.Models.Ops;
using Postern.Native;
using Postern.Training.Optimisation;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>A network that is moved to another type and back is moved whole: nothing keeps a handle on what it was.</summary>
public class DeviceTests
{
    private static readonly ComputeDevice Elsewhere = new("meta");

    public static TheoryData<string> Models =>
        [.. ModelCatalog.All.Where(m => m.InputSide < 224 || m.Name is "mambaout-femto" or "vim-tiny").Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    [LongGroup("Long")]
    public void Every_network_computes_in_float64_and_trains_in_float32_afterwards(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelEntry entry = ModelCatalog.All.First(m => m.Name == name);
        // Blocks are alike: two of them show what all do.
        var shallow = entry.Options.Where(o => o.Name == "depth").ToDictionary(o => o.Name, _ => "2");
        using Backbone model = ModelCatalog.Create(new Choice(entry, shallow), 5, 32, seed: 0);
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
        using (var optimizer = new Sgd(TrainedParameter.Of(model, _ => 0), momentum: 0.9)) optimizer.Step(0.1);
        Tensor moved = model.forward(pictures);
        Assert.False(moved.Equals(logits), $"{name}: the step went into tensors that the network does not use");
        Assert.All(model.named_parameters(),
            p => Assert.False(p.parameter.Equals(before[p.name]), $"{name}: {p.name} did not move"));
    }

    /// <summary>
    /// The meta device has shapes and no memory: what mixes devices fails there as it would on any other. It has no convolutions,
    /// so that networks are placed and updated there, not run.
    /// </summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Every_network_is_placed_and_updated_whole_on_another_device(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model =
            ModelCatalog.Create(new Choice(ModelCatalog.All.First(m => m.Name == name)), 5, 32, seed: 1, Elsewhere);
        Assert.All(model.state_dict(), entry => Assert.Equal(DeviceType.META, entry.Value.device_type));
        TrainedParameter[] parameters = TrainedParameter.Of(model, _ => 0.1);
        foreach (TrainedParameter parameter in parameters) parameter.Value.grad = zeros_like(parameter.Value);
        using var average = new WeightAverage(model, 0.9);
        using (var sgd = new Sgd(parameters, momentum: 0.9)) sgd.Step(0.1);
        using var adam = new AdamW(parameters);
        adam.Step(0.1);
        average.Update(model);
        Assert.All([.. adam.State().Where(s => !s.Key.EndsWith("/step", StringComparison.Ordinal)), .. average.State()],
            entry => Assert.Equal(DeviceType.META, entry.Value.device_type));
    }

    [Fact]
    public void Learned_networks_are_placed_whole_on_another_device()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module[] networks =
        [
            Elsewhere.Place(new IssbaNetworks(32, 7, seed: 1)),
            Elsewhere.Place(new DynamicGenerators([0, 0, 0], [1, 1, 1], seed: 1)),
            Elsewhere.Place(new Normalisation([0, 0, 0], [1, 1, 1])),
        ];
        Assert.All(networks.SelectMany(n => n.parameters().Concat(n.buffers())),
            t => Assert.Equal(DeviceType.META, t.device_type));
    }

    [Fact]
    public void Plain_operations_stay_on_the_device_of_their_tensors_there_and_back()
    {
        using DisposeScope scope = NewDisposeScope();
        const int batch = 2, tokens = 5, channels = 8, states = 4, rank = 2;
        Tensor On(params long[] shape) => zeros(shape, device: META).requires_grad_();
        Tensor[] leaves =
        [
            On(batch, tokens, channels), On(batch, tokens, rank + 2 * states), On(channels, states), On(channels),
            On(channels, rank), On(channels), On(batch, tokens, channels),
        ];
        var direction = new ScanDirection(leaves[0], leaves[1], leaves[2], leaves[3], leaves[4], leaves[5]);
        Tensor y = ModelOps.Plain.ScanPair(direction, direction, leaves[6]);
        Tensor dropped = DropPath.Apply(y, 0.5, training: true, (1, 2), layer: 3, first: 1);
        (Tensor sum, Tensor normed) = ModelOps.Plain.AddNorm(y, dropped, On(channels), ScalarType.Float32);
        (sum + normed).sum().backward();
        Assert.All(leaves, leaf => Assert.Equal(DeviceType.META, leaf.grad!.device_type));
    }

    [Fact]
    public void A_network_has_the_values_of_its_seed_wherever_it_is_placed()
    {
        using DisposeScope scope = NewDisposeScope();
        var choice = new Choice(ModelCatalog.All.First(m => m.Name == "vim-mini"));
        using Backbone here = ModelCatalog.Create(choice, 5, 32, seed: 1);
        using Backbone placed = ModelCatalog.Create(choice, 5, 32, seed: 1, ComputeDevice.Cpu);
        Assert.All(here.state_dict(), entry => Assert.True(entry.Value.Equals(placed.state_dict()[entry.Key])));
        Tensor local = ones(3).DetachFromDisposeScope();
        Assert.Same(local, ComputeDevice.Cpu.Take(local));
        local.Dispose();
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
