using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public class FusedKernelTests
{
    [Theory]
    [InlineData(48, 16)]
    [InlineData(40, 8)]
    public void A_vim_with_fused_kernels_equals_one_of_plain_tensor_operations_gradients_included(int embedDim, int stateSize)
    {
        using DisposeScope scope = NewDisposeScope();
        var config = new VimConfig(16, 4, 4, embedDim, Depth: 3, stateSize, Classes: 5);
        using var fused = new Vim(config);
        using var plain = new Vim(config) { Ops = ModelOps.Plain };
        AssertSame(fused, plain);
    }

    [Fact]
    public void A_DeiT_with_fused_kernels_equals_one_of_plain_tensor_operations_gradients_included()
    {
        using DisposeScope scope = NewDisposeScope();
        var config = new DeiTConfig(16, 4, 36, Depth: 3, Heads: 3, Classes: 5);
        using var fused = new DeiT(config);
        using var plain = new DeiT(config) { Ops = ModelOps.Plain };
        AssertSame(fused, plain);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void A_MambaOut_with_fused_kernels_equals_one_of_plain_tensor_operations_gradients_included(int stride)
    {
        using DisposeScope scope = NewDisposeScope();
        var config = new MambaOutConfig([2, 1, 1], [8, 22, 32], Classes: 5, StemStride: stride);
        using var fused = new MambaOut(config);
        using var plain = new MambaOut(config) { Ops = ModelOps.Plain };
        AssertSame(fused, plain);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 5e-6)]
    [InlineData(ScalarType.BFloat16, 0.01)]
    public void The_operations_of_other_networks_equal_those_of_float32_tensors_in_either_type_and_over_views(
        ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(4);
        Tensor weight = randn(6, 1, 5, 5), bias = randn(6);
        Tensor[] parameters = [.. new[] { randn(3, 5, 4, 30), randn(30), randn(30) }.Select(t => t.requires_grad_())];
        (Tensor stream, Tensor scale, Tensor shift) = (parameters[0], parameters[1], parameters[2]);
        // A transposed map, and every other element of longer rows.
        Tensor[] maps = [randn(3, 5, 4, 30), randn(3, 30, 4, 5).transpose(1, 3), randn(3, 5, 4, 60).slice(-1, 0, 60, 2)];
        foreach (Tensor map in maps.Select(m => m.to(type)))
        {
            Near(Run(ModelOps.Cpu, type), Run(ModelOps.Plain, ScalarType.Float32));

            Tensor[] Run(IModelOps ops, ScalarType rows)
            {
                // The clone of a view is dense: the view's strides are made again behind the leaf.
                Tensor[] leaves = [.. new[] { map.to(rows), weight, bias }.Select(t => t.detach().clone().requires_grad_())];
                Tensor view = map.is_contiguous() ? leaves[0] : leaves[0].transpose(1, 3).contiguous().transpose(1, 3);
                Tensor gated = ops.GatedConvolve(view, (leaves[1], leaves[2])), alone = ops.Gelu(view);
                (Tensor sum, Tensor normed) = ops.AddLayerNorm(stream, view, new(scale, shift, 1e-5), rows);
                (Tensor same, Tensor ofOne) = ops.AddLayerNorm(sum, null, new(scale, shift, 1e-5), rows);
                Assert.Same(sum, same);
                Assert.Equal((rows, rows, rows, rows), (gated.dtype, alone.dtype, normed.dtype, ofOne.dtype));
                Assert.Equal(ScalarType.Float32, sum.dtype);
                Tensor[] results = [gated, alone, sum, normed, ofOne];
                foreach (Tensor p in parameters) p.grad = null;
                results.Select(r => r.to(ScalarType.Float32).square().sum()).Aggregate((a, b) => a + b).backward();
                return [.. results, .. leaves.Concat(parameters).Select(l => l.grad!.clone())];
            }
        }

        void Near(Tensor[] found, Tensor[] expected)
        {
            foreach ((Tensor ours, Tensor plain) in found.Zip(expected))
            {
                double error = TensorDifference.Of(ours.to(ScalarType.Float32), plain.to(ScalarType.Float32));
                Assert.True(error < tolerance, $"{string.Join('x', ours.shape)}: {error}");
            }
        }
    }

    /// <summary>Logits and every parameter's gradient.</summary>
    private static void AssertSame(Backbone fused, Backbone plain)
    {
        random.manual_seed(3);
        Tensor input = randn(4, 3, 16, 16), labels = tensor(new long[] { 0, 1, 2, 4 });
        Tensor fusedLogits = fused.forward(input), plainLogits = plain.forward(input);
        Assert.True(TensorDifference.Of(fusedLogits, plainLogits) < 1e-5);
        nn.functional.cross_entropy(fusedLogits, labels).backward();
        nn.functional.cross_entropy(plainLogits, labels).backward();
        Dictionary<string, TorchSharp.Modules.Parameter> twins =
            plain.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in fused.named_parameters())
        {
            double error = TensorDifference.Of(parameter.grad!, twins[name].grad!);
            Assert.True(error < 1e-4, $"{name}: {error}");
        }
    }
}
