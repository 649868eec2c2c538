using Postern.Models.Layers;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public class RmsNormLayerTests
{
    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, ScalarType.BFloat16, 0.01)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32, 0.01)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16, 0.01)]
    public void The_norm_of_a_sum_and_its_gradients_are_those_of_tensor_operations_in_any_type(
        ScalarType branch, ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(7);
        using var norm = new RmsNorm(37);
        Tensor weight = (rand(37) + 0.5f).detach(), x = randn(3, 5, 37), addend = randn(3, 5, 37).to(branch);
        Tensor ofSum = randn(3, 5, 37), ofNorm = randn(3, 5, 37).to(type);
        using (no_grad()) norm.Weight.copy_(weight);

        (Tensor Sum, Tensor Normed, Tensor[] Gradients) fused = Run((a, b) => AddRmsNorm.Apply(a, b, norm.Weight, type));
        (Tensor Sum, Tensor Normed, Tensor[] Gradients) plain = Run((a, b) =>
        {
            Tensor sum = a + b.to(ScalarType.Float32);
            return (sum, norm.forward(sum).to(type));
        });
        Assert.Equal((ScalarType.Float32, type), (fused.Sum.dtype, fused.Normed.dtype));
        Assert.Equal([ScalarType.Float32, branch, ScalarType.Float32], fused.Gradients.Select(g => g.dtype));
        Near(plain.Sum, fused.Sum);
        Near(plain.Normed, fused.Normed);
        foreach ((Tensor expected, Tensor actual) in plain.Gradients.Zip(fused.Gradients)) Near(expected, actual);

        (Tensor, Tensor, Tensor[]) Run(Func<Tensor, Tensor, (Tensor, Tensor)> operation)
        {
            norm.zero_grad();
            (Tensor a, Tensor b) = (x.clone().requires_grad_(), addend.clone().requires_grad_());
            (Tensor sum, Tensor normed) = operation(a, b);
            autograd.backward([sum, normed], [ofSum, ofNorm]);
            return (sum.detach(), normed.detach(), [a.grad!, b.grad!, norm.Weight.grad!.clone()]);
        }

        void Near(Tensor expected, Tensor actual)
        {
            (expected, actual) = (expected.to(ScalarType.Float32), actual.to(ScalarType.Float32));
            Assert.True(TensorDifference.Of(actual, expected) < tolerance);
        }
    }

    [Fact]
    public void The_norm_of_one_branch_can_be_bfloat16_and_its_gradient_is_float32()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(8);
        using var norm = new RmsNorm(24);
        Tensor x = randn(2, 3, 24).requires_grad_(), twin = x.detach().clone().requires_grad_();
        (Tensor same, Tensor normed) = AddRmsNorm.Apply(x, null, norm.Weight, ScalarType.BFloat16);
        Assert.Same(x, same);
        Assert.Equal(0f, (normed - norm.forward(twin)).abs().max().item<float>(), 0.02f);
        normed.sum().backward();
        norm.forward(twin).sum().backward();
        Assert.Equal(ScalarType.Float32, x.grad!.dtype);
        Assert.Equal(0f, (x.grad! - twin.grad!).abs().max().item<float>(), 1e-5f);
    }

    [Fact]
    public void A_dropped_branch_of_bfloat16_is_scaled_in_float32()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor branch = full(64, 2, 3, 3, dtype: ScalarType.BFloat16);
        Tensor scaled = DropPath.Apply(branch, 0.3, training: true, (1, 2), layer: 0);
        Assert.Equal(ScalarType.Float32, scaled.dtype);
        float[] values = scaled.flatten().data<float>().ToArray();
        Assert.Equal([0f, 3 * (float)(1 / 0.7)], values.Distinct().Order());
        Assert.Same(branch, DropPath.Apply(branch, 0, training: true, (1, 2), layer: 0));
    }
}
