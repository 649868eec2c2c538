using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>
/// Kernels see numbers and not strides: of every view of the same numbers they compute the same, whatever lies between them.
/// </summary>
public class TensorViewTests
{
    private const int Channels = 20, States = 4;

    public static TheoryData<int, int, string> Views()
    {
        TheoryData<int, int, string> views = [];
        foreach (int batch in new[] { 1, 2, 3 })
            foreach (int length in new[] { 1, 2, 5 })
                foreach (string view in new[] { "transposed", "channels first", "narrowed", "narrowed tokens",
                    "every second token", "expanded", "flipped", "odd strides" })
                    views.Add(batch, length, view);
        return views;
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void Scan_convolution_and_norm_compute_the_same_of_a_view_and_of_its_copy(int batch, int length, string view)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        (long B, long L) = (batch, length);
        Tensor u = View(randn(B, L, Channels), view), delta = View(randn(B, L, Channels), view),
            z = View(randn(B, L, Channels), view);
        Tensor b = View(randn(B, L, States), view), c = View(randn(B, L, States), view),
            gradient = View(randn(B, L, Channels), view);
        Tensor a = -rand(Channels, States), weight = randn(Channels, 4), bias = randn(Channels), norm = randn(Channels);

        Same(t => SelectiveScanFunction.Apply(new ScanInput(t[0], t[1], a, t[3], t[4]) { Z = t[2], Softplus = true }),
            [u, delta, z, b, c]);
        Same(t => CausalConvSilu.Apply(t[0], weight, bias, reverse: true), [u]);
        Same(t => BidirectionalConv.Apply(t[0], (weight, bias), (weight, bias)).Backward, [u]);
        Same(t => BidirectionalScan.Apply(Direction(t[0], t[2], t[3]), Direction(t[1], t[3], t[2]), t[4]),
            [u, delta, View(randn(B, L, 3 + 2 * States), view), View(randn(B, L, 3 + 2 * States), view), z]);
        Same(t => AddRmsNorm.Apply(t[0], t[1], norm).Normed, [u, delta]);

        ScanDirection Direction(Tensor of, Tensor projected, Tensor _) =>
            new(of, projected, a, bias, randn(Channels, 3).zero_() + 0.1, bias);

        void Same(Func<Tensor[], Tensor> compute, Tensor[] inputs)
        {
            (Tensor y, Tensor[] gradients) = Run(compute, inputs, gradient);
            // A copy by values: clone() would keep the strides.
            (Tensor expected, Tensor[] expectedGradients) = Run(compute, [.. inputs.Select(Dense)], Dense(gradient));
            Assert.True(y.Equals(expected), $"{view}, B {batch}, L {length}: other values");
            Assert.All(gradients.Zip(expectedGradients),
                pair => Assert.True(pair.First.Equals(pair.Second), $"{view}, B {batch}, L {length}: other gradients"));
        }
    }

    private static (Tensor Y, Tensor[] Gradients) Run(Func<Tensor[], Tensor> compute, Tensor[] inputs, Tensor gradient)
    {
        Tensor[] leaves = [.. inputs.Select(t => t.detach().requires_grad_())];
        Tensor y = compute(leaves);
        y.backward([gradient]);
        return (y.detach(), [.. leaves.Select(l => Dense(l.grad!))]);
    }

    private static Tensor Dense(Tensor t) => tensor(t.detach().contiguous().data<float>().ToArray()).view(t.shape);

    /// <summary>A tensor of the shape of <paramref name="t"/> that lies in memory in another way.</summary>
    private static Tensor View(Tensor t, string view) => view switch
    {
        "transposed" => t.transpose(0, 1).contiguous().transpose(0, 1),
        "channels first" => t.transpose(1, 2).contiguous().transpose(1, 2),
        "narrowed" => cat([zeros_like(t), t, zeros_like(t)], 2).narrow(2, t.shape[2], t.shape[2]),
        "narrowed tokens" => cat([zeros_like(t), t], 1).narrow(1, t.shape[1], t.shape[1]),
        "every second token" => stack([t, zeros_like(t)], 2).select(2, 0),
        "expanded" => t.narrow(0, 0, 1).expand(t.shape),
        "flipped" => t.flip(1).flip(1),
        // Numbers where they always are, and strides of size-one dimensions that say something else.
        _ => t.contiguous().as_strided(t.shape, [.. t.shape.Select((side, i) => side == 1 ? 7 : t.stride(i))]),
    };
}
