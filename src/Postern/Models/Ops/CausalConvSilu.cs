using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// Depthwise causal convolution over tokens followed by SiLU by the fused kernel, differentiable: [B, L, E] to [B, L, E].
/// </summary>
internal static class CausalConvSilu
{
    /// <summary>
    /// With <paramref name="reverse"/>, what flipping the tokens, convolving and flipping back gives.
    /// </summary>
    /// <param name="x">[B, L, E].</param>
    /// <param name="weight">[E, K].</param>
    /// <param name="bias">[E].</param>
    /// <param name="reverse">Whether the convolution looks at later tokens instead of earlier ones.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, bool reverse) => Fused.apply(x, weight, bias, reverse);

    private sealed class Fused : autograd.SingleTensorFunction<Fused>
    {
        public override string Name => "CausalConvSilu";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor x = TensorRows.Rows(((Tensor)vars[0]).detach());
            Tensor weight = ((Tensor)vars[1]).detach().contiguous(), bias = ((Tensor)vars[2]).detach().contiguous();
            bool reverse = (bool)vars[3];
            Tensor u = empty(x.shape, device: x.device);
            var direction = new CausalConvDirection(TensorRows.Of(weight), TensorRows.Of(bias), U: TensorRows.Of(u));
            CausalConv.Forward(Shape(x, weight), TensorRows.Of(x), reverse ? default : direction, reverse ? direction : default);
            context.save_for_backward([x, weight, bias]);
            context.save_data("reverse", reverse);
            return u;
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            bool reverse = (bool)context.get_data("reverse");
            List<Tensor> saved = context.get_saved_variables();
            (Tensor x, Tensor weight, Tensor bias) = (saved[0], saved[1], saved[2]);
            (Tensor gradX, Tensor gradWeight, Tensor gradBias) =
                (empty(x.shape, device: x.device), empty_like(weight), empty_like(bias));
            Tensor gradU = TensorRows.Rows(gradOutput);
            var direction = new CausalConvDirection(TensorRows.Of(weight), TensorRows.Of(bias), GradU: TensorRows.Of(gradU),
                GradWeight: TensorRows.Of(gradWeight), GradBias: TensorRows.Of(gradBias));
            CausalConv.Backward(
                Shape(x, weight), TensorRows.Of(x), reverse ? default : direction, reverse ? direction : default,
                TensorRows.Of(gradX));
            return [gradX, gradWeight, gradBias, null];
        });

        private static CausalConvShape Shape(Tensor x, Tensor weight) =>
            new((int)x.shape[0], (int)x.shape[1], (int)x.shape[2], (int)weight.shape[1]);
    }
}
