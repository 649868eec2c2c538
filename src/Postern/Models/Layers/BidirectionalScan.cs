using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>What one direction of a bidirectional mixer scans.</summary>
/// <param name="U">[B, L, E].</param>
/// <param name="Projected">x_proj's result, [B, L, R + 2N]: low-rank step, B and C of each token.</param>
/// <param name="StepWeight">dt_proj's weight, [E, R].</param>
/// <param name="A">[E, N], negative.</param>
/// <param name="D">[E], the skip from u to y.</param>
/// <param name="StepBias">dt_proj's bias, [E], added before softplus.</param>
internal readonly record struct ScanDirection(Tensor U, Tensor Projected, Tensor StepWeight, Tensor A, Tensor D, Tensor StepBias);

/// <summary>
/// Both selective scans of a bidirectional mixer with the gate that they share: y = 1/2 (s_forward + s_backward) z sigmoid(z), where s is a scan
/// before its gate (<c>models.md</c> 2.3). Only inputs are kept for the backward pass; the step of each token and channel, delta, is projected
/// again there rather than kept, [B, L, E] for each direction. <see cref="SelectiveScanFunction"/> says the same of one direction.
/// </summary>
internal static class BidirectionalScan
{
    private const float Half = 0.5f;

    /// <summary>Tensors of a direction.</summary>
    private const int OfDirection = 6;

    /// <summary>y [B, L, E].</summary>
    /// <param name="products">What projects the steps.</param>
    /// <param name="forward">The direction that goes from the first token to the last.</param>
    /// <param name="backward">The other one.</param>
    /// <param name="z">The gate, [B, L, E].</param>
    public static Tensor Apply(Products products, ScanDirection forward, ScanDirection backward, Tensor z) =>
        Function.apply([.. Inputs(forward), .. Inputs(backward), z, products]);

    private static object[] Inputs(ScanDirection d) => [d.U, d.Projected, d.StepWeight, d.A, d.D, d.StepBias];

    private static SelectiveScanShape Shape(Tensor[] direction, bool second) =>
        new((int)direction[0].shape[0], (int)direction[0].shape[1], (int)direction[0].shape[2], (int)direction[3].shape[1])
        {
            DeltaSoftplus = true,
            Reverse = second,
            Accumulate = second,
        };

    private static Tensor Steps(Products products, Tensor[] direction) =>
        TensorRows.Rows(Products.Wide(products.Linear(direction[1].narrow(2, 0, direction[2].shape[1]), direction[2])));

    /// <summary>The addresses of a direction's tensors, or of their gradients.</summary>
    private static NativeScanTensors Addresses(Tensor[] direction, Tensor delta, Tensor? z)
    {
        long rank = direction[2].shape[1], states = direction[3].shape[1];
        return new NativeScanTensors(TensorRows.Of(direction[0]), TensorRows.Of(delta), TensorRows.Of(direction[3]),
            TensorRows.Of(direction[1].narrow(2, rank, states)), TensorRows.Of(direction[1].narrow(2, rank + states, states)),
            TensorRows.Of(direction[4]), TensorRows.Of(z), TensorRows.Of(direction[5]));
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "BidirectionalScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            var products = (Products)vars[^1];
            Tensor[] inputs = [.. vars[..^1].Select(v => ((Tensor)v).detach().contiguous())];
            Tensor y = empty(inputs[0].shape);
            for (int i = 0; i < 2; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor[] direction = inputs[(i * OfDirection)..((i + 1) * OfDirection)];
                SelectiveScanShape shape = Shape(direction, second: i == 1) with { Scale = i == 1 ? Half : 1 };
                NativeKernels.ScanForward(shape, Addresses(direction, Steps(products, direction), i == 1 ? inputs[^1] : null), TensorRows.Of(y));
            }
            context.save_for_backward([.. inputs]);
            context.save_data("products", products);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput) => Lifetime.OfGradients(() =>
        {
            using var noGrad = no_grad();
            var products = (Products)context.get_data("products");
            Tensor[] inputs = [.. context.get_saved_variables()];
            Tensor[] gradients = [.. inputs.Select(i => empty(i.shape))];
            Tensor gradY = TensorRows.Rows(gradOutput);
            for (int i = 0; i < 2; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Range range = (i * OfDirection)..((i + 1) * OfDirection);
                (Tensor[] direction, Tensor[] gradient) = (inputs[range], gradients[range]);
                Tensor delta = Steps(products, direction), gradDelta = empty(delta.shape);
                NativeKernels.ScanBackward(Shape(direction, second: i == 1) with { Scale = Half }, Addresses(direction, delta, inputs[^1]),
                    TensorRows.Of(gradY), Addresses(gradient, gradDelta, gradients[^1]));
                long rank = direction[2].shape[1];
                gradient[1].narrow(2, 0, rank).copy_(Products.Wide(products.Linear(gradDelta, direction[2].t().contiguous())));
                gradient[2].copy_(gradDelta.flatten(0, 1).t().matmul(direction[1].narrow(2, 0, rank).flatten(0, 1)));
            }
            return [.. gradients, null];
        });
    }
}
