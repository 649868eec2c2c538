using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The inside of a Gated CNN block by fused kernels, as a differentiable operation: of a projection into gate [h], identity part
/// [h - C] and convolution part [C] it makes GELU(gate) * (identity part, convolved part), <c>docs/reference/models.md 3</c>.
/// Gradients of the three parts are written where that of the projection wants them.
/// </summary>
internal static class GatedConv
{
    /// <param name="projected">[B, H, W, 2 h], float32 or bfloat16.</param>
    /// <param name="weight">[C, 1, K, K], float32.</param>
    /// <param name="bias">[C], float32.</param>
    /// <returns>[B, H, W, h] of the projection's type.</returns>
    public static Tensor Apply(Tensor projected, Tensor weight, Tensor bias) => Fused.apply(projected, weight, bias);

    private static DepthwiseShape Shape(Tensor projected, Tensor weight) => new((int)projected.shape[0], (int)projected.shape[1],
        (int)projected.shape[2], (int)weight.shape[0], (int)weight.shape[^1]);

    private sealed class Fused : autograd.SingleTensorFunction<Fused>
    {
        public override string Name => "GatedConv";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor[] inputs = [.. vars.Select(v => ((Tensor)v).detach().contiguous())];
            (Tensor projected, Tensor weight, Tensor bias) = (inputs[0], inputs[1], inputs[2]);
            DepthwiseShape shape = Shape(projected, weight);
            int hidden = (int)projected.shape[^1] / 2, identity = hidden - shape.Channels;
            Tensor result = empty([.. projected.shape[..^1], hidden], projected.dtype, projected.device);
            Tensor local = empty([.. projected.shape[..^1], shape.Channels], projected.dtype, projected.device);
            (TokenRows whole, TokenRows y, TokenRows convolved) =
                (TensorRows.Dense(projected), TensorRows.Dense(result), TensorRows.Dense(local));
            DepthwiseConv.Forward(shape, whole.From(hidden + identity), TensorRows.Of(weight), TensorRows.Of(bias), convolved);
            GeluKernel.Forward(shape.Pixels, identity, whole, whole.From(hidden), y);
            GeluKernel.Forward(shape.Pixels, shape.Channels, whole.From(identity), convolved, y.From(identity));
            context.save_for_backward([projected, weight, local]);
            return result;
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            List<Tensor> saved = context.get_saved_variables();
            (Tensor projected, Tensor weight, Tensor local) = (saved[0], saved[1], saved[2]);
            DepthwiseShape shape = Shape(projected, weight);
            int hidden = (int)projected.shape[^1] / 2, identity = hidden - shape.Channels;
            (Tensor gradProjected, Tensor gradLocal) = (empty_like(projected), empty_like(local));
            (Tensor gradWeight, Tensor gradBias) =
                (empty_like(weight), empty(shape.Channels, ScalarType.Float32, weight.device));
            Tensor gradResult = gradOutput.contiguous();
            (TokenRows whole, TokenRows grad, TokenRows gradY) =
                (TensorRows.Dense(projected), TensorRows.Dense(gradProjected), TensorRows.Dense(gradResult));
            GeluKernel.Backward(shape.Pixels, identity, whole, whole.From(hidden), gradY, grad, grad.From(hidden));
            GeluKernel.Backward(shape.Pixels, shape.Channels, whole.From(identity), TensorRows.Dense(local), gradY.From(identity),
                grad.From(identity), TensorRows.Dense(gradLocal));
            DepthwiseConv.Backward(shape, whole.From(hidden + identity), TensorRows.Of(weight), TensorRows.Dense(gradLocal),
                grad.From(hidden + identity), TensorRows.Of(gradWeight), TensorRows.Of(gradBias));
            return [gradProjected, gradWeight, gradBias];
        });
    }
}
