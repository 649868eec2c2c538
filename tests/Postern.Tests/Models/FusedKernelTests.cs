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
