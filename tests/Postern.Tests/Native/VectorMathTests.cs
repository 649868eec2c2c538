using Postern.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Native;

public class VectorMathTests
{
    /// <summary>
    /// Several of them nothing else here calls, so that these would be their first calls, on all threads at once, if they had not
    /// been called before.
    /// </summary>
    [Fact]
    public void Functions_are_right_when_all_threads_call_them_at_once()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = linspace(0.1, 0.9, 1 << 16, ScalarType.Float64);
        Tensor single = x.to(ScalarType.Float32);
        Assert.All(VectorMath.Functions, function =>
        {
            Tensor expected = function(single.to(ScalarType.Float64));
            double error = (function(single).to(ScalarType.Float64) - expected).abs().max().item<double>();
            // Two units in the last place of the largest; code of the lowest accuracy is off by thousands.
            Assert.InRange(error, 0, Math.Max(expected.abs().max().item<double>(), 1) * 2.4e-7);
        });
    }
}
